// JSON as Python's json.dumps writes it, and the form in which Java hands values over.
"use strict";

const JSON_ESCAPES = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f" };
const unicodeEscape = (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");

function jsonString(s, ascii) {
  const plain = s.replace(/["\\\x00-\x1f]/g, (c) => JSON_ESCAPES[c] ?? unicodeEscape(c));
  return `"${ascii ? plain.replace(/[^\x00-\x7f]/g, unicodeEscape) : plain}"`;
}

/** json.dumps(v, ensure_ascii, indent, separators, sort_keys); indent is a text or null. */
function json(v, o, margin = "\n") {
  switch (v.type) {
    case "NullValue": return "null";
    case "BooleanValue": return v.value ? "true" : "false";
    case "IntegerValue": return String(v.value);
    case "FloatValue":
      return { nan: "NaN", inf: "Infinity", "-inf": "-Infinity" }[floatText(v.value)] ?? floatText(v.value);
    case "StringValue": return jsonString(v.value, o.ascii);
  }
  const inner = o.indent === null ? "" : margin + o.indent;
  const wrap = (parts, open, close) =>
    parts.length === 0
      ? open + close
      : open + inner + parts.join(o.comma + inner) + (o.indent === null ? "" : margin) + close;
  if (isList(v)) return wrap(v.value.map((x) => json(x, o, inner)), "[", "]");
  if (isDict(v)) {
    const entries = Array.from(v.value);
    if (o.sorted) entries.sort(([a], [b]) => compareText(a, b));
    return wrap(entries.map(([k, x]) => jsonString(k, o.ascii) + o.colon + json(x, o, inner)), "{", "}");
  }
  return fail(`Object of type ${pyName(v)} is not JSON serializable`);
}

/** A value written by TemplateValues.java: ["l", ...], ["m", key, value, ...], ["f", text], ["i", text]. */
function decode(x) {
  if (x === null) return NONE;
  if (typeof x === "string") return text(x);
  if (typeof x === "number") return int(x);
  if (typeof x === "boolean") return bool(x);
  if (x[0] === "f") return float(Number(x[1]));
  if (x[0] === "i") return int(BigInt(x[1]));
  if (x[0] === "l") return list(x.slice(1).map(decode));
  const map = new Map();
  for (let i = 1; i < x.length; i += 2) map.set(x[i], decode(x[i + 1]));
  return new ObjectValue(map);
}
