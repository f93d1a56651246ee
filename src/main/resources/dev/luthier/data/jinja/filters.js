// jinja2's filters: FILTERS[name](value, positional, named, interpreter).
"use strict";

/** An attribute path such as "function.name" or "0", as jinja2's make_attrgetter reads it. */
function attribute(v, path, otherwise) {
  let at = v;
  for (const part of String(path.value).split(".")) {
    at = item(at, /^\d+$/.test(part) ? int(Number(part)) : text(part));
  }
  return isUndefined(at) && otherwise !== undefined ? otherwise : at;
}

const picked = (keep, byAttribute) => (v, args) => {
  const [path, ...rest] = byAttribute ? args : [undefined, ...args];
  const [test, ...more] = rest;
  return list(iterate(v).filter((x) => {
    const subject = byAttribute ? attribute(x, path) : x;
    return keep === (test === undefined ? truthy(subject) : tested(test.value, subject, more));
  }));
};

const folded = (v, caseSensitive) => (isString(v) && !caseSensitive ? text(v.value.toLowerCase()) : v);
const keyOf = (path, caseSensitive) => (x) =>
  folded(path instanceof NullValue ? x : attribute(x, path), caseSensitive);

function sorted(v, args, named) {
  const path = given(args, named, 2, "attribute", NONE);
  const caseSensitive = truthy(given(args, named, 1, "case_sensitive", FALSE));
  const paths = isString(path) ? path.value.split(",").map(text) : [path];
  const keys = paths.map((p) => keyOf(p, caseSensitive));
  const sign = truthy(given(args, named, 0, "reverse", FALSE)) ? -1 : 1;
  return list(iterate(v).slice().sort((a, b) => {
    for (const key of keys) {
      const order = compare(key(a), key(b));
      if (order !== 0) return sign * order;
    }
    return 0;
  }));
}

const extreme = (sign) => (v, args, named) => {
  const key = keyOf(given(args, named, 1, "attribute", NONE), truthy(given(args, named, 0, "case_sensitive", FALSE)));
  const items = iterate(v);
  if (items.length === 0) return undefinedValue("No aggregated item, sequence was empty.");
  return items.reduce((best, x) => (sign * compare(key(x), key(best)) > 0 ? x : best));
};

function dictsort(v, args, named) {
  const index = given(args, named, 1, "by", text("key")).value === "value" ? 1 : 0;
  const caseSensitive = truthy(given(args, named, 0, "case_sensitive", FALSE));
  const sign = truthy(given(args, named, 2, "reverse", FALSE)) ? -1 : 1;
  const key = (pair) => folded(pair.value[index], caseSensitive);
  return list(DICT.items(v.value).value.sort((a, b) => sign * compare(key(a), key(b))));
}

function unique(v, args, named) {
  const key = keyOf(given(args, named, 1, "attribute", NONE), truthy(given(args, named, 0, "case_sensitive", FALSE)));
  const seen = [];
  return list(iterate(v).filter((x) => {
    const k = key(x);
    if (seen.some((y) => equal(y, k))) return false;
    seen.push(k);
    return true;
  }));
}

function mapped(v, args, named, interpreter) {
  const path = named.get("attribute");
  if (path !== undefined) return list(iterate(v).map((x) => attribute(x, path, named.get("default"))));
  const [filter, ...rest] = args;
  return list(iterate(v).map((x) => filtered(filter.value, x, rest, named, interpreter)));
}

function indented(v, args, named) {
  const width = given(args, named, 0, "width", int(4));
  const margin = isString(width) ? width.value : " ".repeat(whole(width));
  const first = truthy(given(args, named, 1, "first", FALSE));
  const blank = truthy(given(args, named, 2, "blank", FALSE));
  const lines = splitLines(str(v) + "\n");
  return text((first ? margin : "") +
    lines.map((line, i) => (i > 0 && (blank || line !== "") ? margin + line : line)).join("\n"));
}

function toNumber(v, pattern) {
  if (isNumber(v)) return Number(v.value);
  const s = isString(v) ? stripped(v.value, null, true, true) : "";
  return pattern.test(s) ? Number(s.replaceAll("_", "")) : NaN;
}
const DECIMAL = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function toInt(v, args, named) {
  const base = whole(given(args, named, 1, "base", int(10)));
  const x = isString(v) && base !== 10 ? parseInt(v.value, base) : toNumber(v, DECIMAL);
  return Number.isFinite(x) ? int(Math.trunc(x)) : given(args, named, 0, "default", int(0));
}

function toFloat(v, args, named) {
  const x = toNumber(v, DECIMAL);
  return Number.isNaN(x) ? given(args, named, 0, "default", float(0)) : float(x);
}

/** Python's round: the decimal nearest to the binary value, exact halves to the even digit. */
function rounded(v, args, named) {
  const digits = whole(given(args, named, 0, "precision", int(0)));
  const method = given(args, named, 1, "method", text("common")).value;
  const x = Number(used(v).value);
  const scaled = x * 10 ** digits;
  if (method !== "common") return float((method === "ceil" ? Math.ceil : Math.floor)(scaled) / 10 ** digits);
  if (!(v instanceof FloatValue)) return digits < 0 ? int(Math.round(scaled) / 10 ** digits) : v;
  if (digits < 0) return float(Math.round(scaled) / 10 ** digits);
  const half = new RegExp(`\\.\\d{${digits}}50*$`).test(x.toFixed(Math.min(digits + 60, 100)));
  return float(half ? (2 * Math.round(scaled / 2)) / 10 ** digits : Number(x.toFixed(digits)));
}

function tojson(v, args, named) {
  const [ascii, indent, separators, sort] = ["ensure_ascii", "indent", "separators", "sort_keys"].map(
    (name, i) => given(args, named, i, name, NONE));
  const flat = indent instanceof NullValue;
  const [comma, colon] = isList(separators) ? separators.value.map((s) => s.value) : [flat ? ", " : ",", ": "];
  const margin = flat ? null : isString(indent) ? indent.value : " ".repeat(Math.max(whole(indent), 0));
  return text(json(v, { ascii: truthy(ascii), indent: margin, comma, colon, sorted: truthy(sort) }));
}

const HTML = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
const end = (at) => (v) => iterate(v).at(at) ?? undefinedValue("No item, sequence was empty.");
const method = (name) => (v, args, named) => STR[name](str(v), args, named);

const FILTERS = {
  tojson, dictsort, unique, sort: sorted, map: mapped, indent: indented, round: rounded, int: toInt, float: toFloat,
  upper: method("upper"), lower: method("lower"), capitalize: method("capitalize"), trim: method("strip"),
  title: (v) => text(str(v).split(/([-\s({[<]+)/).map(capitalized).join("")),
  replace: (v, args, named) =>
    text(replaced(str(v), str(args[0]), str(args[1]), Number(given(args, named, 2, "count", NONE).value ?? -1))),
  center: (v, args, named) => STR.center(str(v), [given(args, named, 0, "width", int(80))]),
  format: (v, args, named) => percent(str(v), named.size > 0 ? new ObjectValue(named) : new TupleValue(args)),
  wordcount: (v) => int((str(v).match(/[\p{L}\p{N}_]+/gu) ?? []).length),
  escape: (v) => text(str(v).replace(/[&<>"']/g, (c) => HTML[c])),
  string: (v) => text(str(v)),
  safe: (v) => v,
  abs: (v) => (v instanceof FloatValue ? float(Math.abs(v.value)) : int(Math.abs(whole(v)))),
  length: (v) => int(lengthOf(v)),
  list: (v) => list(iterate(v).slice()),
  items: (v) => (isUndefined(v) ? list([]) : isDict(v) ? DICT.items(v.value) : fail("Can only get item pairs from a mapping.")),
  first: end(0),
  last: end(-1),
  reverse: (v) => {
    const back = iterate(v).slice().reverse();
    return isString(v) ? text(back.map(str).join("")) : list(back);
  },
  join: (v, args, named) => {
    const path = given(args, named, 1, "attribute", NONE);
    const parts = iterate(v).map((x) => str(path instanceof NullValue ? x : attribute(x, path)));
    return text(parts.join(str(given(args, named, 0, "d", text("")))));
  },
  sum: (v, args, named, interpreter) => {
    const path = given(args, named, 0, "attribute", NONE);
    const items = iterate(v).map((x) => (path instanceof NullValue ? x : attribute(x, path)));
    return items.reduce((a, b) => arithmetic("+", a, b), given(args, named, 1, "start", int(0)));
  },
  min: extreme(-1),
  max: extreme(1),
  select: picked(true, false),
  reject: picked(false, false),
  selectattr: picked(true, true),
  rejectattr: picked(false, true),
  attr: (v, [name]) => attributeOf(v, name.value),
  default: (v, args, named) =>
    isUndefined(v) || (truthy(given(args, named, 1, "boolean", FALSE)) && !truthy(v))
      ? given(args, named, 0, "default_value", text(""))
      : v,
};
Object.assign(FILTERS, { d: FILTERS.default, e: FILTERS.escape, count: FILTERS.length });

/** Applies a filter, or a test that the lexer wrote as one ("is divisibleby"). */
function filtered(name, v, args, named, interpreter) {
  if (name.startsWith("is not ")) return bool(!tested(name.slice(7), v, args));
  if (name.startsWith("is ")) return bool(tested(name.slice(3), v, args));
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : fail(`No filter named '${name}'.`);
  return filter(v, args, named, interpreter);
}
