// The tokens of an expression for the parser of @huggingface/jinja, by the rules of jinja2 3.1; what the
// parser does not know (tests with arguments, some tuples) is put in terms of what it knows.
"use strict";

// Names that no template can spell.
const GENERATION = "{% generation %}";
const TUPLE = "()";

const SHORT = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", a: "\x07", "\n": "" };
const ESCAPE = /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|[^])/g;

/** The text of a string literal with Python's escapes; unknown ones keep their backslash. */
function unescaped(body) {
  if (!body.includes("\\")) return body;
  return body.replace(ESCAPE, (whole, e) => {
    if (e.length > 1 && "xuU".includes(e[0])) return String.fromCodePoint(parseInt(e.slice(1), 16));
    if (e >= "0" && e < "8") return String.fromCharCode(parseInt(e, 8));
    return SHORT[e] ?? ("'\"\\".includes(e) ? e : whole);
  });
}

const PART =
  /\s*(?:([\p{L}_][\p{L}\p{N}_]*)|((?:\d[\d_]*)(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)|("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')|(\*\*|\/\/|[=!<>]=|[-+*\/%~<>=()[\]{},.:|]))/uy;
const OPERATORS = {
  "(": "OpenParen", ")": "CloseParen", "[": "OpenSquareBracket", "]": "CloseSquareBracket",
  "{": "OpenCurlyBracket", "}": "CloseCurlyBracket", ",": "Comma", ".": "Dot", ":": "Colon", "|": "Pipe",
  "+": "AdditiveBinaryOperator", "-": "AdditiveBinaryOperator", "~": "AdditiveBinaryOperator",
  "*": "MultiplicativeBinaryOperator", "/": "MultiplicativeBinaryOperator", "//": "MultiplicativeBinaryOperator",
  "%": "MultiplicativeBinaryOperator", "**": "ExponentiationBinaryOperator", "=": "Equals",
};

/** The tokens of an expression or statement, without its delimiters. */
function expressionTokens(code) {
  const tokens = [];
  let at = 0;
  for (const end = code.trimEnd().length; at < end; at = PART.lastIndex) {
    PART.lastIndex = at;
    const found = PART.exec(code);
    if (found === null) throw new SyntaxError(`unexpected ${JSON.stringify(code.slice(at).trim()[0])}`);
    const [, word, number, string, operator] = found;
    if (word !== undefined) tokens.push(new Token(word, "Identifier"));
    else if (string !== undefined) tokens.push(new Token(unescaped(string.slice(1, -1)), "StringLiteral"));
    else if (operator !== undefined) {
      tokens.push(new Token(operator, OPERATORS[operator] ?? "ComparisonBinaryOperator"));
    } else if (tokens.at(-1)?.type === "Dot") {
      tokens.push(new Token(number, "NumericLiteral"));
    } else tokens.push(new Token(plainNumber(number), "NumericLiteral"));
  }
  return tokens;
}

/** 1_000 and 1e3 as the digits that the parser knows. */
function plainNumber(number) {
  const plain = number.replaceAll("_", "");
  if (!/e/i.test(plain)) return plain;
  const x = Number(plain);
  return Number.isInteger(x) ? `${BigInt(x)}.0` : x.toFixed(100);
}

/** The index after the balanced group that opens at `i`, or after the single token there. */
function afterGroup(tokens, i) {
  let depth = 0;
  do {
    const type = tokens[i++]?.type ?? "";
    if (type.startsWith("Open")) depth++;
    if (type.startsWith("Close")) depth--;
  } while (depth > 0 && i < tokens.length);
  return i;
}

/** `x is [not] test(a)` and `x is test a`, which the parser does not know, as filters "is test". */
function testsWithArguments(tokens) {
  const operand = ["StringLiteral", "NumericLiteral", "OpenSquareBracket", "OpenCurlyBracket"];
  const keyword = ["else", "or", "and", "if", "is", "in", "not"];
  for (let i = 1; i < tokens.length; i++) {
    if (tokens[i].value !== "is" || tokens[i].type !== "Identifier") continue;
    if (tokens[i - 1].type === "Dot") continue;
    const name = tokens[i + 1]?.value === "not" ? i + 2 : i + 1;
    const next = tokens[name + 1];
    let body;
    let end;
    if (next?.type === "OpenParen") {
      end = afterGroup(tokens, name + 1);
      body = tokens.slice(name + 1, end);
    } else if (
      operand.includes(next?.type) ||
      (next?.type === "Identifier" && !keyword.includes(next.value))
    ) {
      end = afterGroup(tokens, name + 1);
      while (["Dot", "OpenSquareBracket", "OpenParen"].includes(tokens[end]?.type)) {
        end = tokens[end].type === "Dot" ? end + 2 : afterGroup(tokens, end);
      }
      body = tokens.slice(name + 1, end);
      body = [new Token("(", "OpenParen"), ...body, new Token(")", "CloseParen")];
    } else continue;
    const test = (name === i + 2 ? "is not " : "is ") + tokens[name].value;
    tokens.splice(i, end - i, new Token("|", "Pipe"), new Token(test, "Identifier"), ...body);
  }
  return tokens;
}

/** `()`, `(a,)` and `(a, b,)`, which the parser does not know, as calls of our function. */
function tuples(tokens) {
  const called = ["Identifier", "CloseParen", "CloseSquareBracket"];
  const keyword = ["in", "if", "else", "and", "or", "not"];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i].type !== "OpenParen") continue;
    const before = tokens[i - 1];
    if (called.includes(before?.type) && !keyword.includes(before.value)) continue;
    const last = tokens[afterGroup(tokens, i) - 2];
    if (last === tokens[i] || last?.type === "Comma") {
      tokens.splice(i++, 0, new Token(TUPLE, "Identifier"));
    }
  }
  return tokens;
}
