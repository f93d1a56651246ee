// Cuts a template into texts and tags the way jinja2 3.1 does under the settings of transformers
// (trim_blocks, lstrip_blocks, no trailing newline). The library's own pass works with regular
// expressions over the whole text; this one follows jinja2/lexer.py: whitespace control is decided
// tag by tag, and `raw` and `+` are known.
"use strict";

// What Python's str.isspace() calls white space.
const PY_SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const TRAILING_SPACE = new RegExp(`[${PY_SPACE}]+$`);
const LEADING_SPACE = new RegExp(`^[${PY_SPACE}]+`);
const ONLY_SPACE = new RegExp(`^[${PY_SPACE}]+$`);
const SPACE_RUN = new RegExp(`[${PY_SPACE}]*`, "y");
const CLOSE = { "{": "}}", "%": "%}", "#": "#}" };
const STRING = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y;
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
      if (!found) syntaxError(src, i, "a string is never closed");
      i += found[0].length - 1;
    } else if (c === "{" || c === "[" || c === "(") depth++;
    else if (c === "}" || c === "]" || c === ")") depth--;
  }
  return syntaxError(src, from, `the tag {${kind} is never closed`);
}

/** The tokens of one tag. A generation block becomes a call block of our function. */
function tagTokens(src, at, inner, kind) {
  let tokens;
  try {
    tokens = testsWithArguments(tuples(expressionTokens(inner)));
  } catch (e) {
    syntaxError(src, at, e.message);
  }
  if (kind === "{") return [EXPRESSION, ...tokens, END_EXPRESSION];
  const word = tokens.length === 1 ? tokens[0].value : "";
  if (word === "generation") tokens = BEGIN_GENERATION;
  if (word === "endgeneration") tokens = END_GENERATION;
  return [STATEMENT, ...tokens, END_STATEMENT];
}

const EXPRESSION = new Token("{{", "OpenExpression");
const END_EXPRESSION = new Token("}}", "CloseExpression");
const STATEMENT = new Token("{%", "OpenStatement");
const END_STATEMENT = new Token("%}", "CloseStatement");
const BEGIN_GENERATION = [
  new Token("call", "Identifier"),
  new Token(GENERATION, "Identifier"),
  new Token("(", "OpenParen"),
  new Token(")", "CloseParen"),
];
const END_GENERATION = [new Token("endcall", "Identifier")];

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
