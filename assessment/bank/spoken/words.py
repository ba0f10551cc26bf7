"""What signs and commands are called, and how what is built of them is said: Vietnamese and English side by side.

A line names the signs, or the phrase, then says them in both. {0} and {1} are the parts of a phrase; a `_long` one
tells where its part ends, so that no two formulas sound alike.
"""

from typing import NamedTuple


class Language(NamedTuple):
    """Words of signs and commands, and phrases by their names."""

    words: dict[str, str]
    phrases: dict[str, str]


_WORDS = r"""
\alpha :: an-pha :: alpha
\beta :: bê-ta :: beta
\gamma :: gam-ma :: gamma
\delta :: đen-ta :: delta
\epsilon \varepsilon :: ép-xi-lon :: epsilon
\zeta :: dê-ta :: zeta
\eta :: ê-ta :: eta
\theta :: tê-ta :: theta
\lambda :: lam-đa :: lambda
\mu :: muy :: mu
\nu :: nuy :: nu
\xi :: xi :: xi
\pi :: pi :: pi
\rho :: rô :: rho
\sigma :: xích-ma :: sigma
\tau :: tô :: tau
\phi \varphi :: phi :: phi
\chi :: khi :: chi
\psi :: pơ-xi :: psi
\omega :: ô-mê-ga :: omega
\Alpha :: an-pha hoa :: capital alpha
\Beta :: bê-ta hoa :: capital beta
\Gamma :: gam-ma hoa :: capital gamma
\Delta :: đen-ta :: capital delta
\Epsilon \Varepsilon :: ép-xi-lon hoa :: capital epsilon
\Zeta :: dê-ta hoa :: capital zeta
\Eta :: ê-ta hoa :: capital eta
\Theta :: tê-ta hoa :: capital theta
\Lambda :: lam-đa hoa :: capital lambda
\Mu :: muy hoa :: capital mu
\Nu :: nuy hoa :: capital nu
\Xi :: xi hoa :: capital xi
\Pi :: pi hoa :: capital pi
\Rho :: rô hoa :: capital rho
\Sigma :: xích-ma hoa :: capital sigma
\Tau :: tô hoa :: capital tau
\Phi \Varphi :: phi hoa :: capital phi
\Chi :: khi hoa :: capital chi
\Psi :: pơ-xi hoa :: capital psi
\Omega :: ô-mê-ga hoa :: capital omega
\mathbb·R :: tập số thực :: the real numbers
\mathbb·N :: tập số tự nhiên :: the natural numbers
\mathbb·Z :: tập số nguyên :: the integers
\mathbb·Q :: tập số hữu tỉ :: the rational numbers
\mathbb·C :: tập số phức :: the complex numbers
+ :: cộng :: plus
- :: trừ :: minus
= :: bằng :: equals
\times \cdot * \ast :: nhân :: times
: \div :: chia :: divided by
/ :: trên :: over
\pm :: cộng trừ :: plus or minus
\mp :: trừ cộng :: minus or plus
< :: nhỏ hơn :: is less than
> :: lớn hơn :: is greater than
\le \leq \leqslant ≤ :: nhỏ hơn hoặc bằng :: is less than or equal to
\ge \geq \geqslant ≥ :: lớn hơn hoặc bằng :: is greater than or equal to
\ne \neq ≠ :: khác :: is not equal to
\approx \simeq :: xấp xỉ :: is about
\equiv :: đồng dư với :: is congruent to
\sim :: đồng dạng với :: is similar to
\cong :: bằng :: is congruent to
\parallel :: song song với :: is parallel to
\perp \bot :: vuông góc với :: is perpendicular to
\in :: thuộc :: in
\notin :: không thuộc :: not in
\subset \subseteq :: là tập con của :: is a subset of
\supset \supseteq :: chứa :: contains
\cup :: hợp :: union
\cap :: giao :: intersection
\setminus \backslash :: trừ tập :: without
\emptyset \varnothing :: tập rỗng :: the empty set
\forall :: với mọi :: for all
\exists :: tồn tại :: there exists
\neg :: phủ định :: not
\wedge \land \& :: và :: and
\vee \lor :: hoặc :: or
\Rightarrow \implies :: suy ra :: implies
\Leftrightarrow \iff :: khi và chỉ khi :: if and only if
\to \rightarrow \longrightarrow :: tiến tới :: to
\leftarrow :: mũi tên trái :: left arrow
\infty :: vô cực :: infinity
\partial :: đạo hàm riêng :: partial
\nabla :: na-bla :: nabla
\angle :: góc :: angle
\triangle :: tam giác :: triangle
\circ :: tròn :: circle
\degree ° :: độ :: degrees
\% % :: phần trăm :: percent
\ldots \cdots \dots … :: ba chấm :: and so on
! :: giai thừa :: factorial
( \lparen :: mở ngoặc :: open bracket
) \rparen :: đóng ngoặc :: close bracket
[ \lbrack :: mở ngoặc vuông :: open square bracket
] \rbrack :: đóng ngoặc vuông :: close square bracket
\{ \lbrace :: mở ngoặc nhọn :: open brace
\} \rbrace :: đóng ngoặc nhọn :: close brace
| \mid \vert :: gạch đứng :: vertical bar
\| :: hai gạch đứng :: double bar
; :: chấm phẩy :: semicolon
, :: , :: ,
. :: chấm :: point
\sin :: sin :: sine
\cos :: cos :: cosine
\tan :: tang :: tangent
\cot :: cô-tang :: cotangent
\log :: lôgarit của :: log of
\ln :: lôgarit nê-pe của :: natural log of
\lg :: lôgarit thập phân của :: decimal log of
\int :: tích phân của :: integral of
\iint :: tích phân kép của :: double integral of
\oint :: tích phân đường của :: contour integral of
\sum :: tổng của :: sum of
\prod :: tích của :: product of
\lim :: giới hạn của :: limit of
\max :: giá trị lớn nhất của :: maximum of
\min :: giá trị nhỏ nhất của :: minimum of
\bigcup :: hợp của :: union of
\bigcap :: giao của :: intersection of
\prime :: phẩy :: prime
\$ :: đô la :: dollars
\# :: thăng :: number
\_ :: gạch dưới :: underscore
"""
_PHRASES = r"""
negative :: âm :: negative
of of_large :: của :: of
prime power·\prime :: phẩy :: prime
fraction :: {0} phần {1} :: {0} over {1}
fraction_long :: phân số, tử số {0}, mẫu số {1}, hết phân số, :: fraction, numerator {0}, denominator {1}, end fraction,
binomial :: tổ hợp chập {1} của {0} :: {0} choose {1}
binomial_long :: tổ hợp chập {1} của {0}, hết tổ hợp, :: {0} choose {1}, end of binomial,
square_root :: căn bậc hai của {0} :: the square root of {0}
square_root_long :: căn bậc hai của {0}, hết căn, :: the square root of {0}, end of root,
cube_root :: căn bậc ba của {0} :: the cube root of {0}
root :: căn bậc {1} của {0} :: the root with index {1} of {0}
end_of_root :: , hết căn, :: , end of root,
power :: mũ {0} :: to the power {0}
power_long :: mũ {0}, hết mũ, :: to the power {0}, end of power,
power·2 :: bình phương :: squared
power·3 :: lập phương :: cubed
power·\circ :: độ :: degrees
power·* :: sao :: star
power·+ :: cộng :: plus
power·- :: trừ :: minus
index :: chỉ số {0} :: sub {0}
index_long :: chỉ số {0}, hết chỉ số, :: sub {0}, end of index,
absolute :: giá trị tuyệt đối của {0} :: the absolute value of {0}
absolute_long :: giá trị tuyệt đối của {0}, hết trị tuyệt đối, :: the absolute value of {0}, end of absolute value,
logarithm :: lôgarit cơ số {0} của :: log base {0} of
choice_C :: tổ hợp chập {0} của {1} :: combinations of {1} taken {0}
choice_A :: chỉnh hợp chập {0} của {1} :: arrangements of {1} taken {0}
from_to :: {0} từ {1} đến {2} của :: {0} from {1} to {2} of
over :: {0} theo {1} của :: {0} over {1} of
as :: {0} khi {1} của :: {0} as {1} of
vec overrightarrow :: vectơ {0} :: vector {0}
overline bar :: {0} gạch ngang :: {0} bar
hat widehat :: góc {0} :: angle {0}
tilde widetilde :: {0} ngã :: {0} tilde
dot :: {0} chấm :: {0} dot
ddot :: {0} hai chấm :: {0} double dot
underline :: {0} gạch dưới :: {0} underlined
overparen :: cung {0} :: arc {0}
xrightarrow :: mũi tên có ghi {0} :: arrow with {0} above
system :: hệ {0} dòng, :: system of {0} lines,
system_line :: dòng {0}: {1} :: line {0}: {1}
end_of_system :: , hết hệ, :: , end of system,
matrix :: ma trận {0} hàng {1} cột, :: matrix of {0} rows and {1} columns,
matrix_line :: hàng {0}: {1} :: row {0}: {1}
end_of_matrix :: , hết ma trận, :: , end of matrix,
ce·-> :: tạo thành :: yields
ce·<=> :: phản ứng thuận nghịch tạo thành :: is in equilibrium with
ce·<-> :: cộng hưởng với :: resonates with
ce·(aq) :: dung dịch :: aqueous
ce·(s) :: rắn :: solid
ce·(l) :: lỏng :: liquid
ce·(g) :: khí :: gas
ce·^ :: bay lên :: as a gas
ce·v :: kết tủa :: as a precipitate
"""


def _column(table: str, column: int) -> dict[str, str]:
    """One language of a table, by name; `·` stands for the space within a name."""
    lines = [line.split(" :: ") for line in table.strip().splitlines()]
    return {name.replace("·", " "): line[column] for line in lines for name in line[0].split(" ")}


VIETNAMESE = Language(_column(_WORDS, 1), _column(_PHRASES, 1))
ENGLISH = Language(_column(_WORDS, 2), _column(_PHRASES, 2))
