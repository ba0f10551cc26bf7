// Works out what is written into the calculator. Pure: no page, no eval.
// sum = product {+|- product}; product = factor {*|/|nothing factor}; factor = -factor | power;
// power = counted [^ factor]; counted = atom {!|%}; atom = number | constant | function atom | √ atom | ( sum ).

const TOKEN = /\s*(?:(\d+(?:[.,]\d*)?|[.,]\d+)|([a-z]+|π)|([-+*/^()√!%]))/iy;
const ALIKE = { "−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", ":": "/", "²": "^2", "³": "^3" };
const CONSTANTS = { "π": Math.PI, pi: Math.PI, e: Math.E };
const QUARTERS = { sin: [0, 1, 0, -1], cos: [1, 0, -1, 0], tan: [0, Number.NaN, 0, Number.NaN] };
const FUNCTIONS = { sqrt: Math.sqrt, log: Math.log10, ln: Math.log, abs: Math.abs, asin: Math.asin, acos: Math.acos, atan: Math.atan };
const TURNS = ["asin", "acos", "atan"];
const MOST_DIGITS = 10;
const LARGEST_FACTORIAL = 170;

// `degrees`: angles are in degrees, else in radians. Throws a SyntaxError where it is not written whole.
export function workOut(text, { degrees = true } = {}) {
  const reader = new Reader(tokensOf(text), degrees);
  const value = reader.sum();
  if (reader.next !== undefined || Number.isNaN(value)) throw new SyntaxError(text);
  return value;
}

// A number as it is written in Vietnam: decimals after a comma, powers of ten written out.
export function numberText(value) {
  if (!Number.isFinite(value)) throw new SyntaxError(String(value));
  const [digits, exponent] = String(Number(value.toPrecision(MOST_DIGITS))).split("e");
  const shown = digits.replace(".", ",").replace("-", "−");
  return exponent ? `${shown}×10^${exponent.replace("+", "").replace("-", "−")}` : shown;
}

function tokensOf(text) {
  const plain = text.replace(/[−–×·÷:²³]/g, (sign) => ALIKE[sign]).trim();
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < plain.length) {
    const found = TOKEN.exec(plain);
    if (!found) throw new SyntaxError(text);
    const token = found[1] ? Number(found[1].replace(",", ".")) : found[2]?.toLowerCase() ?? found[3];
    if (typeof token === "number" && typeof tokens.at(-1) === "number") throw new SyntaxError(text); // "1 000", "1..2"
    tokens.push(token);
  }
  return tokens;
}

class Reader {
  constructor(tokens, degrees) {
    Object.assign(this, { tokens, degrees, at: 0 });
  }

  get next() {
    return this.tokens[this.at];
  }

  take(...wanted) {
    if (!wanted.includes(this.next)) return null;
    this.at += 1;
    return this.tokens[this.at - 1];
  }

  sum() {
    let value = this.product();
    for (let sign = this.take("+", "-"); sign; sign = this.take("+", "-")) {
      value = sign === "+" ? value + this.product() : value - this.product();
    }
    return value;
  }

  product() {
    let value = this.factor();
    while (this.next !== undefined && !["+", "-", ")"].includes(this.next)) {
      value = this.take("/") ? value / this.factor() : value * (this.take("*"), this.factor());
    }
    return value;
  }

  factor() {
    if (this.take("-")) return -this.factor();
    const base = this.counted();
    return this.take("^") ? base ** this.factor() : base;
  }

  counted() {
    let value = this.atom();
    for (let sign = this.take("!", "%"); sign; sign = this.take("!", "%")) {
      value = sign === "!" ? factorial(value) : value / 100;
    }
    return value;
  }

  atom() {
    const token = this.next;
    this.at += 1;
    if (typeof token === "number") return token;
    if (token === "(") return this.#inside();
    if (token === "√") return Math.sqrt(this.atom());
    if (token in CONSTANTS) return CONSTANTS[token];
    if (token in QUARTERS) return this.#ofAngle(token, this.atom());
    if (token in FUNCTIONS) return FUNCTIONS[token](this.atom()) * (this.degrees && TURNS.includes(token) ? 180 / Math.PI : 1);
    throw new SyntaxError(String(token));
  }

  // What is left open at the end is closed there, as pocket calculators do.
  #inside() {
    const value = this.sum();
    if (!this.take(")") && this.next !== undefined) throw new SyntaxError(String(this.next));
    return value;
  }

  // Whole quarters are exact: the sine of 180 degrees is nought.
  #ofAngle(name, angle) {
    if (!this.degrees) return Math[name](angle);
    const quarter = angle / 90;
    return Number.isInteger(quarter) ? QUARTERS[name][((quarter % 4) + 4) % 4] : Math[name](angle * Math.PI / 180);
  }
}

function factorial(number) {
  if (!Number.isInteger(number) || number < 0 || number > LARGEST_FACTORIAL) throw new SyntaxError(`${number}!`);
  let value = 1;
  for (let factor = 2; factor <= number; factor += 1) value *= factor;
  return value;
}
