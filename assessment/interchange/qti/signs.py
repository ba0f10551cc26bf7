"""Signs of formulas and what TeX calls them."""

FUNCTIONS = frozenset([
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "det", "dim", "exp", "gcd",
    "hom", "inf", "ker", "lg", "lim", "liminf", "limsup", "ln", "log", "max", "min", "Pr", "sec", "sin", "sinh",
    "sup", "tan", "tanh",
])
BIG = frozenset([
    "∑", "∏", "∐", "∫", "∬", "∭", "∮", "⋃", "⋂", "⋁", "⋀", "lim", "max", "min", "sup", "inf", "limsup",
    "liminf",
])
OPENING, CLOSING = frozenset("([{|⟨⌊⌈‖〈"), frozenset(")]}|⟩⌋⌉‖〉")
ACCENTS = {  # over one sign, over several
    "¯": (r"\bar", r"\overline"), "‾": (r"\overline", r"\overline"), "―": (r"\overline", r"\overline"),
    "_": (r"\overline", r"\overline"), "^": (r"\hat", r"\widehat"), "ˆ": (r"\hat", r"\widehat"),
    "̂": (r"\hat", r"\widehat"), "~": (r"\tilde", r"\widetilde"), "˜": (r"\tilde", r"\widetilde"),
    "→": (r"\vec", r"\overrightarrow"), "⃗": (r"\vec", r"\overrightarrow"), "⟶": (r"\vec", r"\overrightarrow"),
    "←": (r"\overleftarrow", r"\overleftarrow"), "↔": (r"\overleftrightarrow", r"\overleftrightarrow"),
    "˙": (r"\dot", r"\dot"), "¨": (r"\ddot", r"\ddot"), "⏞": (r"\overbrace", r"\overbrace"),
    "⌢": (r"\overset{\frown}", r"\overset{\frown}"), "ˇ": (r"\check", r"\check"),
}
UNDER = {"_": r"\underline", "¯": r"\underline", "̲": r"\underline", "⏟": r"\underbrace"}
_NAMED = [
    "α", "alpha", "β", "beta", "γ", "gamma", "δ", "delta", "ε", "varepsilon", "ϵ", "epsilon", "ζ", "zeta", "η",
    "eta", "θ", "theta", "ϑ", "vartheta", "ι", "iota", "κ", "kappa", "λ", "lambda", "μ", "mu", "ν", "nu", "ξ",
    "xi", "π", "pi", "ρ", "rho", "σ", "sigma", "ς", "varsigma", "τ", "tau", "υ", "upsilon", "φ", "varphi", "ϕ",
    "phi", "χ", "chi", "ψ", "psi", "ω", "omega", "Γ", "Gamma", "Δ", "Delta", "Θ", "Theta", "Λ", "Lambda", "Ξ",
    "Xi", "Π", "Pi", "Σ", "Sigma", "Υ", "Upsilon", "Φ", "Phi", "Ψ", "Psi", "Ω", "Omega", "×", "times", "÷",
    "div", "±", "pm", "∓", "mp", "·", "cdot", "⋅", "cdot", "∙", "bullet", "∘", "circ", "≤", "le", "≥", "ge",
    "≠", "ne", "≈", "approx", "≡", "equiv", "∼", "sim", "≅", "cong", "∝", "propto", "≪", "ll", "≫", "gg", "∞",
    "infty", "∂", "partial", "∇", "nabla", "∑", "sum", "∏", "prod", "∐", "coprod", "∫", "int", "∬", "iint", "∭",
    "iiint", "∮", "oint", "√", "surd", "∈", "in", "∉", "notin", "∋", "ni", "⊂", "subset", "⊆", "subseteq", "⊃",
    "supset", "⊇", "supseteq", "⊄", "nsubset", "∪", "cup", "∩", "cap", "⋃", "bigcup", "⋂", "bigcap", "∖",
    "setminus", "∅", "emptyset", "∀", "forall", "∃", "exists", "∄", "nexists", "¬", "neg", "∧", "wedge", "∨",
    "vee", "⊕", "oplus", "⊗", "otimes", "→", "to", "←", "leftarrow", "↔", "leftrightarrow", "⇒", "Rightarrow",
    "⇐", "Leftarrow", "⇔", "Leftrightarrow", "⟹", "Longrightarrow", "⟺", "Longleftrightarrow", "⟶",
    "longrightarrow", "↦", "mapsto", "↑", "uparrow", "↓", "downarrow", "⇌", "rightleftharpoons", "∠", "angle",
    "∡", "measuredangle", "⊥", "perp", "∥", "parallel", "∦", "nparallel", "△", "triangle", "⌢", "frown", "…",
    "ldots", "⋯", "cdots", "⋮", "vdots", "⋱", "ddots", "′", "prime", "ℓ", "ell", "ℏ", "hbar", "ℜ", "Re", "ℑ",
    "Im", "ℵ", "aleph", "⟨", "langle", "⟩", "rangle", "〈", "langle", "〉", "rangle", "⌊", "lfloor", "⌋",
    "rfloor", "⌈", "lceil", "⌉", "rceil", "∣", "mid", "‖", "|", "∴", "therefore", "∵", "because", "★",
    "bigstar", "□", "square", "⋆", "star", "†", "dagger",
]
SIGNS = {sign: "\\" + name for sign, name in zip(_NAMED[::2], _NAMED[1::2], strict=True)} | {
    "⊄": r"\not\subset", "−": "-", "–": "-", "﹣": "-", "＝": "=", "＋": "+", "∗": "*", "∕": "/", "″": "''",
    "ℝ": r"\mathbb{R}", "ℕ": r"\mathbb{N}", "ℤ": r"\mathbb{Z}", "ℚ": r"\mathbb{Q}", "ℂ": r"\mathbb{C}",
    "\u2061": "", "\u2062": "", "\u2063": "", "\u2064": "", "\u00a0": "~", "\u2009": r"\,",
    "°": r"^{\circ}", "½": r"\frac{1}{2}", "¼": r"\frac{1}{4}", "¾": r"\frac{3}{4}", "²": "^{2}", "³": "^{3}",
}
