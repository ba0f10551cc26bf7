"""What the commands and signs of TeX are, in no language: kinds, and one name for those that mean the same."""

ALIASES = {
    "leq": "le", "leqslant": "le", "≤": "le", "⩽": "le", "geq": "ge", "geqslant": "ge", "≥": "ge", "⩾": "ge",
    "neq": "ne", "≠": "ne", "lt": "<", "gt": ">", "≈": "approx", "≡": "equiv", "∼": "sim", "∽": "sim", "≅": "cong",
    "backsim": "sim", "∝": "propto", "∥": "parallel", "⫽": "parallel", "//": "parallel", "⊥": "perp", "bot": "perp",
    "∈": "in", "∉": "notin", "∋": "ni", "⊂": "subset", "⊆": "subseteq", "⊃": "supset", "⊇": "supseteq", "∪": "cup",
    "∩": "cap", "smallsetminus": "setminus", "backslash": "setminus", "∖": "setminus", "⇒": "Rightarrow",
    "implies": "Rightarrow", "Longrightarrow": "Rightarrow", "⇔": "Leftrightarrow", "iff": "Leftrightarrow",
    "Longleftrightarrow": "Leftrightarrow", "rightarrow": "to", "longrightarrow": "to", "→": "to", "gets": "leftarrow",
    "←": "leftarrow", "longleftarrow": "leftarrow", "↔": "leftrightarrow", "⇌": "rightleftharpoons",
    "↑": "uparrow", "↓": "downarrow", "longmapsto": "mapsto", "↦": "mapsto", "×": "times", "·": "cdot", "⋅": "cdot",
    "*": "cdot", "∗": "cdot", "ast": "cdot", "÷": "div", "±": "pm", "∓": "mp", "−": "-", "–": "-", "∞": "infty",
    "∀": "forall", "∃": "exists", "∅": "emptyset", "varnothing": "emptyset", "¬": "neg", "lnot": "neg",
    "∧": "wedge", "land": "wedge", "∨": "vee", "lor": "vee", "∠": "angle", "measuredangle": "angle", "°": "circ",
    "degree": "circ", "△": "triangle", "∂": "partial", "∇": "nabla", "…": "dots", "ldots": "dots", "cdots": "dots",
    "⋮": "vdots", "ddots": "dots", "dotsc": "dots", "dotsb": "dots", "⋯": "dots", "∣": "|", "vert": "|",
    "lvert": "|", "rvert": "|", "‖": "Vert", "lVert": "Vert", "rVert": "Vert", "{": "lbrace", "}": "rbrace",
    "lbrack": "[", "rbrack": "]", "lparen": "(", "rparen": ")", "⌊": "lfloor", "⌋": "rfloor", "⌈": "lceil",
    "⌉": "rceil", "⟨": "langle", "⟩": "rangle", "′": "prime", "'": "prime", "’": "prime", "colon": ":",
    "∫": "int", "∑": "sum", "∏": "prod", "√": "surd", "tg": "tan", "cotg": "cot", "cotan": "cot", "arctg": "arctan",
    "epsilon": "varepsilon", "ϵ": "varepsilon", "phi": "varphi", "ϕ": "varphi", "vartheta": "theta", "varrho": "rho",
    "varsigma": "sigma", "ℝ": "R", "ℕ": "N", "ℤ": "Z", "ℚ": "Q", "ℂ": "C", "ℓ": "ell", "%": "percent",
    "&": "and", "$": "dollar", "#": "number", "Rrightarrow": "Rightarrow", "nmid": "notmid", "leadsto": "to",
    "Reals": "R",
}
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma",
    "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega"}
LETTERS = frozenset(GREEK.values()) | {"infty", "emptyset", "ell", "hbar", "partial", "nabla", "imath", "jmath"}
RELATIONS = frozenset({
    "=", "<", ">", "le", "ge", "ne", "ll", "gg", "approx", "equiv", "sim", "simeq", "cong", "propto", "parallel",
    "perp", "in", "notin", "ni", "subset", "subseteq", "supset", "supseteq", "notsubset", "Rightarrow", "Leftarrow",
    "Leftrightarrow", "to", "leftarrow", "leftrightarrow", "rightleftharpoons", "mapsto", "mid", "notmid", "vdots"})
OPERATORS = frozenset({"+", "-", "times", "cdot", "div", "pm", "mp", "cup", "cap", "setminus", "wedge", "vee", "neg",
                       "/", "over", "forall", "exists", "bmod", "mod", "circ", "bullet", "star", "oplus", "otimes"})
MARKS = frozenset({",", ";", ":", ".", "and", "dots"})
FUNCTIONS = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "arccot", "sinh", "cosh", "tanh", "ln",
    "log", "lg", "exp", "deg", "det", "dim", "ker", "arg", "gcd", "lcm", "Pr"})
BIG = frozenset({"int", "iint", "iiint", "oint", "sum", "prod", "bigcup", "bigcap", "lim", "max", "min", "sup", "inf"})
OPENING = {"(": (")", "]"), "[": (")", "]"), "lbrace": ("rbrace",), "lfloor": ("rfloor",), "lceil": ("rceil",),
           "langle": ("rangle",)}
CLOSING = frozenset({")", "]", "rbrace", "rfloor", "rceil", "rangle"})
BARS = frozenset({"|", "Vert"})
SILENT = frozenset({
    ",", ";", ":", "!", " ", ">", "/", "quad", "qquad", "thinspace", "medspace", "thickspace", "enspace",
    "negthinspace",
    "displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "limits", "nolimits", "big", "Big", "bigg", "Bigg",
    "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr", "bigm", "nonumber", "notag", "hline", "bf",
    "it", "rm", "hfill", "strut", "allowbreak", "nobreak", "relax",
    "centering", "small", "large", "Large", "normalsize"})
DROPPED = frozenset({"hspace", "vspace", "phantom", "hphantom", "vphantom", "label", "tag", "color", "mspace", "kern"})
"""Commands that say nothing, together with what stands in braces after them."""
BODY = frozenset({"mathbf", "boldsymbol", "bm", "mathit", "mathcal", "mathscr", "mathfrak", "mathsf", "mathtt",
                  "mathbb", "boxed", "fbox", "cancel", "bcancel", "xcancel", "smash", "mathop", "mathbin", "mathrel",
                  "mathord", "substack", "mathclose", "mathopen", "underbrace", "overbrace", "ensuremath", "mathstrut"})
TEXTS = frozenset({"text", "mbox", "textbf", "textit", "textrm", "textnormal", "textsf", "texttt", "hbox"})
UPRIGHT = frozenset({"mathrm", "operatorname"})
ACCENTS = {
    "vec": "vector", "overrightarrow": "vector", "overline": "bar", "bar": "bar", "hat": "hat", "widehat": "hat",
    "tilde": "tilde", "widetilde": "tilde", "dot": "dot", "ddot": "ddot", "underline": "underline",
    "overparen": "arc", "overarc": "arc", "wideparen": "arc", "overleftarrow": "vector"}
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})
BINOMIALS = frozenset({"binom", "dbinom", "tbinom"})
STACKS = frozenset({"overset", "underset", "stackrel"})
TABLES = {
    "cases": "cases", "dcases": "cases", "rcases": "cases", "pmatrix": "matrix", "bmatrix": "matrix",
    "Bmatrix": "matrix", "matrix": "matrix", "smallmatrix": "matrix", "vmatrix": "determinant",
    "Vmatrix": "determinant", "array": "table"}
"""Environments; all others are lines below each other."""


def canonical(name: str) -> str:
    """One name for a sign or command, without its backslash."""
    found = GREEK.get(name, name)
    return ALIASES.get(found, found)
