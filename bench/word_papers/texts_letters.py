r"""Own questions of history, geography, literature and English, with passages that several questions share."""

from random import Random

from bench.word_papers.texts_science import Make, choice, short, statements
from bench.word_papers.truth import Question


def fixed(question: Question) -> Make:
    """A question that is the same in every paper."""
    def make(_random: Random) -> Question:
        return Question(question.kind, question.stem, list(question.options), list(question.right), question.answer,
                        question.explanation, question.stimulus)
    return make


RIVER = ("Con sông quê tôi bắt nguồn từ dãy núi phía tây, chảy qua những bãi ngô xanh rì rồi mới ra đến biển. "
         "Mùa nước lên, cả làng kéo nhau ra bến; người lớn vớt củi, trẻ con thả thuyền giấy.\n"
         "Bà tôi bảo: “Sông nuôi người, nhưng sông cũng thử lòng người.” Ngày ấy tôi chưa hiểu, chỉ thấy nước "
         "mênh mang và mắt bà xa xăm.")
MARKET = ("Mai works at a small market near the river. Every morning she gets up at five and cycles to the farm "
          "to buy fresh vegetables. She never sells anything that is more than one day old.\n"
          "In (1) ______ years, however, a large supermarket has opened nearby. Many customers have left, but "
          "the older people still come to talk to [u]her[/u].")
TRADE = ("Bảng số liệu về sản lượng lúa của hai huyện (nghìn tấn) cho thấy huyện A tăng đều qua các năm, còn huyện B "
         "giảm nhẹ do chuyển đất lúa sang nuôi tôm.")

HISTORY = [
    choice("Chiến thắng Điện Biên Phủ năm 1954 gắn liền với tên tuổi của vị tướng nào?", "Võ Nguyên Giáp.",
           "Nguyễn Bình.", "Trần Hưng Đạo.", "Lê Trọng Tấn.", why="Đại tướng Võ Nguyên Giáp là Tổng tư lệnh chiến dịch."),
    choice("Năm 1930, Nguyễn Ái Quốc đã", "chủ trì hội nghị hợp nhất các tổ chức cộng sản.",
           "tham gia sáng lập Hội Liên hiệp thuộc địa.", "gửi bản yêu sách tới Hội nghị Vécxai.",
           "thành lập Hội Việt Nam Cách mạng Thanh niên."),
    choice("Nhà nước đầu tiên trong lịch sử dân tộc Việt Nam là", "Văn Lang", "Âu Lạc", "Đại Cồ Việt", "Đại Ngu"),
    choice("Cuộc khởi nghĩa nào sau đây do Trương Định lãnh đạo?", "Khởi nghĩa ở Gò Công.", "Khởi nghĩa Yên Thế.",
           "Khởi nghĩa Hương Khê.", "Khởi nghĩa Bãi Sậy."),
    choice("Nội dung nào sau đây [b]không[/b] phải là nguyên nhân của cuộc khủng hoảng kinh tế 1929 – 1933?",
           "Chiến tranh lạnh kết thúc.", "Sản xuất ồ ạt, chạy theo lợi nhuận.", "Sức mua của người dân giảm sút.",
           "Hàng hoá dư thừa, cung vượt quá cầu."),
    choice("Liên hợp quốc được thành lập vào năm nào?", "1945", "1919", "1954", "1975"),
    choice("Con đường tơ lụa nối Trung Quốc với", "vùng Địa Trung Hải.", "châu Úc.", "Nam Mĩ.", "Bắc Băng Dương."),
    statements("Cho đoạn tư liệu: “Nước Việt Nam có quyền hưởng tự do và độc lập, và sự thật đã thành một nước tự do "
               "độc lập.”", ("Đoạn tư liệu trích từ Tuyên ngôn Độc lập năm 1945.", True),
               ("Tư liệu khẳng định chủ quyền của dân tộc Việt Nam.", True),
               ("Văn kiện này được đọc ở cố đô Huế.", False), ("Văn kiện ra đời sau chiến thắng Điện Biên Phủ.", False)),
    short("Chiến dịch Hồ Chí Minh toàn thắng vào năm nào?", "1975"),
    Question("essay", "Trình bày ý nghĩa lịch sử của Cách mạng tháng Tám năm 1945.",
             explanation="Học sinh nêu được ý nghĩa đối với dân tộc và đối với thế giới."),
]
GEOGRAPHY = [
    choice("Nước ta nằm hoàn toàn trong vùng", "nội chí tuyến bán cầu Bắc.", "ôn đới bán cầu Bắc.", "xích đạo.",
           "cận cực."),
    choice("Loại đất chiếm diện tích lớn nhất ở Đồng bằng sông Cửu Long là", "đất phèn.", "đất phù sa ngọt.",
           "đất mặn.", "đất feralit."),
    choice("Căn cứ vào bảng số liệu, huyện nào có sản lượng lúa tăng đều?", "Huyện A.", "Huyện B.", "Cả hai huyện.",
           "Không huyện nào."),
    choice("Tỉnh nào sau đây giáp biển?", "Quảng Ninh.", "Lào Cai.", "Điện Biên.", "Đắk Nông."),
    statements("Cho thông tin về khí hậu của nước ta:", ("Khí hậu có tính chất nhiệt đới ẩm gió mùa.", True),
               ("Gió mùa Đông Bắc thổi quanh năm.", False), ("Lượng mưa trung bình năm lớn.", True),
               ("Khí hậu đồng nhất trên cả nước.", False)),
    short("Nhiệt độ trung bình tháng 1 của một trạm là 16,5 °C, tháng 7 là 29 °C. Biên độ nhiệt là bao nhiêu độ C?", "12,5"),
]
LITERATURE = [
    Question("choice", "Phương thức biểu đạt chính của đoạn trích là gì?",
             ["Tự sự kết hợp miêu tả.", "Nghị luận.", "Thuyết minh.", "Hành chính."], [0], stimulus=RIVER),
    Question("choice", "Trong câu nói của bà, “thử lòng người” nghĩa là gì?",
             ["Thử thách bản lĩnh con người.", "Đem lại nhiều cá tôm.", "Làm người ta sợ nước.", "Gợi nhớ tuổi thơ."],
             [0], stimulus=RIVER),
    Question("choice", "Hình ảnh “thuyền giấy” gợi lên điều gì?",
             ["Tuổi thơ trong trẻo.", "Nghề chài lưới.", "Cuộc sống giàu sang.", "Nỗi sợ mùa lũ."], [0], stimulus=RIVER),
    Question("essay", "Viết đoạn văn khoảng 200 chữ trình bày suy nghĩ của anh/chị về tình yêu quê hương.",
             explanation="Mở đoạn nêu vấn đề; thân đoạn bàn luận; kết đoạn rút ra bài học."),
    Question("essay", "Phân tích vẻ đẹp của hình tượng người bà trong một bài thơ mà anh/chị đã học.",
             explanation="Bài viết có bố cục rõ, dẫn chứng phù hợp, diễn đạt mạch lạc."),
    choice("Tác giả của “Truyện Kiều” là ai?", "Nguyễn Du.", "Nguyễn Trãi.", "Hồ Xuân Hương.", "Nguyễn Khuyến."),
    choice("Từ nào sau đây là từ láy?", "long lanh", "mùa xuân", "học tập", "bàn ghế"),
]
ENGLISH = [
    Question("choice", "Choose the word whose underlined part differs from the other three in pronunciation.",
             ["accept[u]s[/u]", "attend[u]s[/u]", "appear[u]s[/u]", "complain[u]s[/u]"], [0]),
    Question("choice", "Choose the word whose underlined part is pronounced differently from the others.",
             ["l[u]i[/u]ttle", "r[u]i[/u]se", "f[u]i[/u]ne", "m[u]i[/u]nd"], [0],
             explanation="The letter i in the first word is a short vowel."),
    choice("The view from the hill is great, _______?", "isn't it", "was it", "doesn't it", "did it"),
    choice("If I _______ enough money, I would buy that house.", "had", "have", "will have", "have had"),
    choice("Nam asked me where I _______ from.", "came", "come", "am coming", "have come"),
    choice("She is looking forward to _______ her grandparents next week.", "visiting", "visit", "visited", "be visiting"),
    choice("A. J. Cronin wrote the novel, _______ was published in 1937.", "which", "who", "whose", "where"),
    Question("choice", "What does Mai do every morning?", ["She cycles to the farm.", "She opens a supermarket.",
             "She sells old vegetables.", "She talks to the farmer by phone."], [0], stimulus=MARKET),
    Question("choice", "Which word best fits blank (1)?", ["recent", "next", "old", "early"], [0], stimulus=MARKET),
    Question("choice", "The word “[u]her[/u]” in the passage refers to", ["Mai", "a customer", "the farm", "the river"],
             [0], stimulus=MARKET),
    Question("choice", "Which of the following is TRUE according to the passage?",
             ["Older people still come to the market.", "Nobody visits the market now.", "Mai works in a supermarket.",
              "The vegetables are a week old."], [0], stimulus=MARKET),
]
SUBJECTS: dict[str, list[Make]] = {
    "Lịch sử": [fixed(question) for question in HISTORY],
    "Địa lí": [fixed(question) for question in GEOGRAPHY],
    "Ngữ văn": [fixed(question) for question in LITERATURE],
    "Tiếng Anh": [fixed(question) for question in ENGLISH],
}
