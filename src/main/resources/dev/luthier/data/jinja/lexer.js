// Cuts a template into the tokens of @huggingface/jinja the way jinja2 3.1 does under the settings
// of transformers (trim_blocks, lstrip_blocks, no trailing newline). The library's own pass works
// with regular expressions over the whole text; this one follows jinja2/lexer.py: whitespace
// control is decided tag by tag, `raw`, `+` and unknown escapes are known.
"use strict";

// What Python's str.isspace() calls white space.
const PY_SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const TRAILING_SPACE = new RegExp(`[${PY_SPACE}]+$`);
const LEADING_SPACE = new RegExp(`^[${PY_SPACE}]+`);
const ONLY_SPACE = new RegExp(`^[${PY_SPACE}]+$`);
const SPACE_RUN = new RegExp(`[${PY_SPACE}]*`, "y");
const CLOSE = { "{": "}}", "%": "%}", "#": "#}" };
const STRING = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/g;
const LITERAL = new RegExp(
  STRING.source + "|(?<![\\w.])\\d[\\d_]*(?:\\.\\d[\\d_]*)?(?:[eE][+-]?\\d+)?(?![\\w])", "g");

function syntaxError(src, at, message) {
  throw new SyntaxError(`line ${src.slice(0, at).split("\n").length}: ${message}`);
}

/** The end of the tag opened before `from`: the index of its sign or closing, outside strings. */
function tagEnd(src, from, kind) {
  const close = CLOSE[kind];
  let depth = 0;
  for (let i = from; i < src.length; i++) {
    const c = src[i];
    if (kind === "#" || depth === 0) {
      if (src.startsWith(close, i)) return { at: i, sign: "", after: i + 2 };
      if ((c === "-" || (c === "+" && kind !== "{")) && src.startsWith(close, i + 1)) {
        return { at: i, sign: c, after: i + 3 };
      }
    }
    if (kind === "#") continue;
    if (c === '"' || c === "'") {
      STRING.lastIndex = i;
      const found = STRING.exec(src);
      if (!found || found.index !== i) syntaxError(src, i, "a string is never closed");
      i += found[0].length - 1;
    } else if (c === "{" || c === "[" || c === "(") depth++;
    else if (c === "}" || c === "]" || c === ")") depth--;
  }
  return syntaxError(src, from, `the tag {${kind} is never closed`);
}

/** Python's escapes in terms of those that the library knows; unknown ones keep the backslash. */
function plainEscapes(literal) {
  return literal.replace(/\\(U[0-9a-fA-F]{8}|[0-7]{1,3}|[^])/g, (whole, e) => {
    if (e[0] === "U" && e.length === 9) return String.fromCodePoint(parseInt(e.slice(1), 16));
    if (/[0-7]/.test(e[0])) return "\\u" + parseInt(e, 8).toString(16).padStart(4, "0");
    if (e === "a") return "\\x07";
    if (e === "\n") return "";
    return "ntrbfv'\"\\xu".includes(e) ? whole : "\\\\" + e;
  });
}

/** 1_000 and 1e3 as the digits that the library knows. */
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
  for (let i = 1; i < tokens.length; i++) {
    if (tokens[i].type !== "OpenParen") continue;
    const before = tokens[i - 1];
    if (called.includes(before.type) && !keyword.includes(before.value)) continue;
    const last = tokens[afterGroup(tokens, i) - 2];
    if (last === tokens[i] || last?.type === "Comma") {
      tokens.splice(i++, 0, new Token(TUPLE, "Identifier"));
    }
  }
  return tokens;
}

/** The tokens of one tag. A generation block becomes a call block of our function. */
function tagTokens(src, at, inner, kind) {
  const word = kind === "%" ? inner.trim() : "";
  const generation = word === "generation" || word === "endgeneration";
  const code = generation
    ? word === "generation" ? "call generation()" : "endcall"
    : inner.replace(LITERAL, (s) => (/^\d/.test(s) ? plainNumber(s) : plainEscapes(s)));
  let tokens;
  try {
    tokens = tokenize("{{ " + code + " }}");
  } catch (e) {
    syntaxError(src, at, e.message);
  }
  if (kind === "%") {
    tokens[0] = new Token("{%", "OpenStatement");
    tokens[tokens.length - 1] = new Token("%}", "CloseStatement");
  }
  if (word === "generation") tokens[2] = new Token(GENERATION, "Identifier");
  return testsWithArguments(tuples(tokens));
}

// Names that no template can spell.
const GENERATION = "{% generation %}";
const TUPLE = "()";

/** All tokens of a template. */
function lex(template) {
  const src = template.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const opening = /\{([{%#])([-+]?)/g;
  const tokens = [];
  let at = 0;
  let lineStarting = true;
  let raw = false;

  const text = (end, sign, kind) => {
    let data = src.slice(at, end);
    if (sign === "-") data = data.replace(TRAILING_SPACE, "");
    else if (sign !== "+" && kind !== "{") {
      const line = data.lastIndexOf("\n") + 1;
      if ((line > 0 || lineStarting) && ONLY_SPACE.test(data.slice(line))) data = data.slice(0, line);
    }
    if (data !== "") tokens.push(new Token(data, "Text"));
  };

  for (let m; (opening.lastIndex = at, m = opening.exec(src)); ) {
    const [open, kind, sign] = m;
    let begin = m.index;
    if (raw) {
      const end = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
      end.lastIndex = at;
      const found = end.exec(src);
      if (!found) syntaxError(src, at, "{% raw %} is never closed");
      text(found.index, found[1], "%");
      raw = false;
      at = skip(found.index + found[0].length, found[2], "%");
      continue;
    }
    const inside = begin + open.length;
    const end = tagEnd(src, inside, kind);
    const inner = src.slice(inside, end.at);
    text(begin, sign, kind);
    raw = kind === "%" && inner.trim() === "raw";
    if (kind !== "#" && !raw) tokens.push(...tagTokens(src, begin, inner, kind));
    at = skip(end.after, end.sign, raw ? "{" : kind);
  }
  if (raw) syntaxError(src, at, "{% raw %} is never closed");
  if (at < src.length) tokens.push(new Token(src.slice(at), "Text"));
  return tokens;

  function skip(from, sign, kind) {
    let to = from;
    if (sign === "-") {
      SPACE_RUN.lastIndex = from;
      to += SPACE_RUN.exec(src)[0].length;
    } else if (sign === "" && kind !== "{" && src[from] === "\n") to++;
    lineStarting = to > from && src[to - 1] === "\n";
    return to;
  }
}
