r"""Own questions of maths, physics and chemistry; numbers are drawn anew for each paper."""

from collections.abc import Callable
from random import Random

from bench.word_papers.truth import Question

Make = Callable[[Random], Question]


def choice(stem: str, right: str, *wrong: str, why: str = "") -> Question:
    """A question of four options, the right one first (papers shuffle them)."""
    return Question("choice", stem, [right, *wrong], [0], explanation=why)


def statements(stem: str, *rows: tuple[str, bool], why: str = "") -> Question:
    """A block of four statements with their truth."""
    return Question("statements", stem, [text for text, _ in rows], [n for n, (_, true) in enumerate(rows) if true],
                    explanation=why)


def short(stem: str, answer: str, why: str = "") -> Question:
    """A short answer."""
    return Question("short", stem, answer=answer, explanation=why)


def _derivative(r: Random) -> Question:
    a, b = r.randint(2, 9), r.randint(2, 9)
    return choice(f"Đạo hàm của hàm số $y = {a}x^{{3}} - {b}x$ là", f"$y' = {3 * a}x^{{2}} - {b}$.",
                  f"$y' = {3 * a}x^{{2}} + {b}$.", f"$y' = {a}x^{{2}} - {b}$.", f"$y' = {3 * a}x - {b}$.",
                  why=f"Ta có $y' = 3 \\cdot {a}x^{{2}} - {b} = {3 * a}x^{{2}} - {b}$.")


def _integral(r: Random) -> Question:
    a = r.randint(2, 6)
    return choice(f"Tính tích phân\n$$I = \\int_{{0}}^{{1}} {2 * a}x\\, dx$$", f"$I = {a}$.", f"$I = {2 * a}$.",
                  f"$I = \\frac{{{a}}}{{2}}$.", f"$I = {a + 1}$.", why=f"Ta có $I = {a}x^{{2}}$ lấy cận từ 0 đến 1.")


def _system(r: Random) -> Question:
    x, y = r.randint(2, 9), r.randint(1, 8)
    return choice(f"Nghiệm của hệ phương trình $\\left\\{{ \\begin{{matrix}} x + y = {x + y} \\\\ "
                  f"x - y = {x - y} \\end{{matrix}} \\right.$ là cặp số", f"$({x};{y})$.", f"$({y};{x + 1})$.",
                  f"$(-{x};{y})$.", f"$({x};-{y})$.")


def _vector(r: Random) -> Question:
    a, b, c = r.randint(1, 5), r.randint(6, 9), r.randint(1, 4)
    return choice(f"Trong không gian $Oxyz$, cho hai điểm $A({a};0;{c})$ và $B({b};2;{c})$. Toạ độ của vectơ "
                  "$\\overrightarrow{AB}$ là", f"$({b - a};2;0)$", f"$({a - b};-2;0)$", f"$({a + b};2;{2 * c})$",
                  f"$({b - a};0;2)$")


def _log(r: Random) -> Question:
    n = r.randint(3, 6)
    return choice(f"Nghiệm của phương trình $\\log_{{2}}(x - 1) = {n}$ là", f"$x = {2 ** n + 1}$",
                  f"$x = {2 ** n}$", f"$x = {n ** 2 + 1}$", f"$x = {2 * n + 1}$",
                  why=f"Điều kiện $x > 1$. Ta có $x - 1 = 2^{{{n}}}$ nên $x = {2 ** n + 1}$.\n⇒ Kết luận như trên.")


def _limit(r: Random) -> Question:
    a, b = r.randint(2, 5), r.randint(6, 9)
    return choice(f"Giới hạn $\\lim_{{x \\rightarrow + \\infty}}\\frac{{{a}x + 1}}{{{b}x - 2}}$ bằng",
                  f"$\\frac{{{a}}}{{{b}}}$.", f"$\\frac{{{b}}}{{{a}}}$.", "$+ \\infty$.", "$- \\frac{1}{2}$.")


def _root(r: Random) -> Question:
    n = r.choice((2, 3, 5, 6, 7))
    return choice(f"Số nào sau đây là nghiệm của phương trình $x^{{2}} = {n}$?", f"$\\sqrt{{{n}}}$",
                  f"$\\sqrt[3]{{{n}}}$", f"${n}^{{2}}$", f"$\\frac{{1}}{{\\sqrt{{{n}}}}}$")


def _graph(r: Random) -> Question:
    a = r.randint(1, 4)
    return choice("Cho hàm số $y = f(x)$ có đồ thị như hình vẽ bên.\n[pic]\nHàm số đã cho đồng biến trên khoảng nào "
                  "dưới đây?", f"$(0;{a})$", f"$(-{a};0)$", f"$(-\\infty;-{a})$", f"$({a};+\\infty)$")


def _probability(r: Random) -> Question:
    n = r.randint(5, 9)
    return choice(f"Từ một hộp chứa {n} viên bi xanh và 4 viên bi đỏ, có bao nhiêu cách chọn ra một viên bi?",
                  f"{n + 4}", f"{n * 4}", f"{n}", "4", why=f"Theo quy tắc cộng, có {n} + 4 = {n + 4} cách chọn.")


def _oscillation(r: Random) -> Question:
    a, w = r.randint(3, 9), r.choice((2, 4, 5, 10))
    return choice(f"Một vật dao động điều hoà theo phương trình $x = {a}\\cos\\left( {w}\\pi t + \\frac{{\\pi}}{{3}} "
                  "\\right)$ (cm), t tính bằng giây. Biên độ dao động của vật là", f"{a} cm.", f"{2 * a} cm.",
                  f"{w} cm.", f"{a + w} cm.")


def _lens(r: Random) -> Question:
    return choice("Hệ thức nào sau đây là công thức của thấu kính mỏng?",
                  "$\\frac{1}{f} = \\frac{1}{d} + \\frac{1}{d'}$", "$f = d + d'$",
                  "$\\frac{1}{f} = \\frac{1}{d} - \\frac{1}{d'}$", "$f = \\frac{d + d'}{dd'}$")


def _heat(r: Random) -> Question:
    m, t = r.randint(2, 5), r.randint(20, 60)
    return choice(f"Cung cấp nhiệt lượng cho {m} kg nước để nhiệt độ của nước tăng thêm {t} °C. Biết nhiệt dung "
                  "riêng của nước là 4200 J/kg.K. Nhiệt lượng cần cung cấp là", f"{m * t * 4.2:g} kJ".replace(".", ","),
                  f"{m * t * 2.1:g} kJ".replace(".", ","), f"{m * t * 42} kJ", f"{t * 4.2:g} J".replace(".", ","),
                  why="Áp dụng công thức $Q = mc\\Delta t$.")


def _unit(r: Random) -> Question:
    return choice("Trong hệ SI, đơn vị của cường độ điện trường là", "V/m.", "V.m.", "C/m.", "N.m.")


def _nucleus(r: Random) -> Question:
    z, a = r.choice(((11, 23), (13, 27), (26, 56)))
    return choice(f"Hạt nhân có {z} prôtôn và {a - z} nơtron. Số nuclôn của hạt nhân này là", f"{a}", f"{z}",
                  f"{a - z}", f"{a + z}")


def _acid(r: Random) -> Question:
    return choice("Chất nào sau đây là axit mạnh?", "H[sub]2[/sub]SO[sub]4[/sub]", "CH[sub]3[/sub]COOH",
                  "H[sub]2[/sub]CO[sub]3[/sub]", "H[sub]2[/sub]S", why="H[sub]2[/sub]SO[sub]4[/sub] phân li hoàn toàn.")


def _ion(r: Random) -> Question:
    return choice("Kim loại nào sau đây khử được ion Cu[sup]2+[/sup] trong dung dịch?", "Fe.", "Ag.", "Au.", "Hg.")


def _reaction(r: Random) -> Question:
    n = r.randint(2, 4)
    return choice(f"Cho phản ứng $2\\mathrm{{Al}} + 3\\mathrm{{Cl}}_{{2}} \\rightarrow 2\\mathrm{{AlCl}}_{{3}}$. "
                  f"Từ {n} mol Al thu được tối đa bao nhiêu mol muối?", f"{n} mol", f"{2 * n} mol", f"{3 * n} mol",
                  f"{n + 5} mol")


def _ester(r: Random) -> Question:
    return choice("Tên gọi của este có công thức HCOOCH[sub]3[/sub] là", "metyl fomat.", "etyl axetat.",
                  "metyl axetat.", "etyl fomat.")


def _oxide(r: Random) -> Question:
    m = r.choice((8, 16, 24))
    return choice(f"Hoà tan hoàn toàn {m} gam CuO bằng dung dịch H[sub]2[/sub]SO[sub]4[/sub] loãng, dư. Khối lượng "
                  "muối thu được sau phản ứng là", f"{m * 2} gam.", f"{m * 3} gam.", f"{m} gam.", f"{m * 2 + 3} gam.",
                  why=f"n(CuO) = {m}/80 mol nên khối lượng CuSO[sub]4[/sub] là {m * 2} gam.")


def _true_function(r: Random) -> Question:
    a = r.randint(2, 5)
    return statements(f"Cho hàm số $f(x) = x^{{3}} - {3 * a * a}x + 1$.",
                      (f"$f'(x) = 3x^{{2}} - {3 * a * a}$.", True), ("Hàm số có đúng một điểm cực trị.", False),
                      (f"Hàm số đạt cực đại tại $x = -{a}$.", True),
                      (f"Hàm số đồng biến trên khoảng $(-{a};{a})$.", False),
                      why=f"$f'(x) = 0$ khi $x = \\pm {a}$.")


def _true_gas(r: Random) -> Question:
    return statements("Một lượng khí lí tưởng được nung nóng đẳng tích trong bình kín.",
                      ("Áp suất của khí tăng.", True), ("Thể tích của khí tăng.", False),
                      ("Động năng trung bình của các phân tử khí tăng.", True),
                      ("Khối lượng riêng của khí không đổi.", True))


def _true_water(r: Random) -> Question:
    return statements("Xét tính chất của nước H[sub]2[/sub]O ở điều kiện thường:\n[pic]",
                      ("Phân tử nước có liên kết cộng hoá trị phân cực.", True),
                      ("Nước sôi ở 80 °C ở áp suất 1 atm.", False),
                      ("Giữa các phân tử nước có liên kết hydrogen.", True),
                      ("Nước không hoà tan được NaCl.", False))


def _short_box(r: Random) -> Question:
    n = r.randint(2, 9)
    return short(f"Người ta cắt bỏ bốn hình vuông ở bốn góc của một tấm bìa hình vuông cạnh {6 * n} cm rồi gấp thành một "
                 "chiếc hộp không nắp. Hỏi cạnh hình vuông bị cắt dài bao nhiêu cm để thể tích hộp lớn nhất?", f"{n}")


def _short_mean(r: Random) -> Question:
    a = r.randint(1, 8)
    return short(f"Tính giá trị trung bình của hai số {a} và {a + 1}.", f"{a},5")


def _short_slope(r: Random) -> Question:
    a = r.randint(1, 9)
    return short(f"Tìm số thực $m$ để đường thẳng $y = mx$ đi qua điểm $M(1;-{a})$.", f"-{a}",
                 why=f"Thay toạ độ điểm $M$ vào phương trình ta được $m = -{a}$.")


def _short_charge(r: Random) -> Question:
    i, t = r.randint(2, 5), r.randint(3, 9)
    return short(f"Dòng điện không đổi có cường độ {i} A chạy qua dây dẫn trong {t} giây. Điện lượng chuyển qua tiết diện "
                 "thẳng của dây là bao nhiêu culông?", f"{i * t}")


def _essay_maths(r: Random) -> Question:
    a = r.randint(2, 7)
    return Question("essay", f"Giải phương trình $x^{{2}} - {2 * a}x + {a * a - 1} = 0$ và nêu rõ từng bước.",
                    explanation=f"Phương trình có hai nghiệm $x_{{1}} = {a - 1}$ và $x_{{2}} = {a + 1}$.")


SUBJECTS: dict[str, list[Make]] = {
    "Toán": [_derivative, _integral, _system, _vector, _log, _limit, _root, _graph, _probability, _true_function,
             _short_box, _short_mean, _short_slope, _essay_maths],
    "Vật lí": [_oscillation, _lens, _heat, _unit, _nucleus, _graph, _true_gas, _short_charge, _short_mean],
    "Hoá học": [_acid, _ion, _reaction, _ester, _oxide, _unit, _nucleus, _true_water, _short_mean],
}
