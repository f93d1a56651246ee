// Methods of Python's str, dict and list that the sandbox of jinja2 lets a template call:
// METHODS[type][name](self, positional, named).
"use strict";

/** Python's way of binding arguments: by position, else by name, else the default. */
const given = (args, named, i, name, otherwise) => args[i] ?? named.get(name) ?? otherwise;

const wanted = (v, what) => (isString(v) ? v.value : fail(`${what} must be str, not ${pyName(v)}`));
const whole = (v) =>
  v instanceof IntegerValue || v instanceof BooleanValue
    ? Number(v.value)
    : fail(`'${pyName(used(v))}' object cannot be interpreted as an integer`);

const inClass = (s) => s.replace(/[\\\]^-]/g, "\\$&");
const edge = (chars) => (chars === null ? PY_SPACE : inClass(chars));
function stripped(s, chars, left, right) {
  if (chars === "") return s;
  let out = s;
  if (left) out = out.replace(new RegExp(`^[${edge(chars)}]+`, "u"), "");
  if (right) out = out.replace(new RegExp(`[${edge(chars)}]+$`, "u"), "");
  return out;
}
const strip = (left, right) => (s, args, named) => {
  const chars = given(args, named, 0, "chars", NONE);
  return text(stripped(s, chars instanceof NullValue ? null : wanted(chars, "strip arg"), left, right));
};

/** str.split and str.rsplit. */
const splitter = (fromRight) => (s, args, named) => {
  const sep = given(args, named, 0, "sep", NONE);
  const most = whole(given(args, named, 1, "maxsplit", int(-1)));
  let parts;
  if (sep instanceof NullValue) {
    const body = stripped(s, null, true, true);
    if (body === "") return list([]);
    const gaps = Array.from(body.matchAll(new RegExp(`[${PY_SPACE}]+`, "g")));
    const kept = most < 0 ? gaps : fromRight ? gaps.slice(Math.max(gaps.length - most, 0)) : gaps.slice(0, most);
    if (kept.length < gaps.length) {
      const whole = fromRight ? stripped(s, null, false, true) : stripped(s, null, true, false);
      const shift = fromRight ? whole.length - body.length : 0;
      parts = pieces(whole, kept.map((g) => [g.index + shift, g[0].length]));
    } else parts = pieces(body, kept.map((g) => [g.index, g[0].length]));
  } else {
    if (wanted(sep, "sep") === "") fail("empty separator");
    parts = s.split(sep.value);
    if (most >= 0 && parts.length > most + 1) {
      parts = fromRight
        ? [parts.slice(0, parts.length - most).join(sep.value), ...parts.slice(parts.length - most)]
        : [...parts.slice(0, most), parts.slice(most).join(sep.value)];
    }
  }
  return list(parts.map(text));
};

function pieces(s, gaps) {
  let at = 0;
  const out = gaps.map(([index, length]) => {
    const part = s.slice(at, index);
    at = index + length;
    return part;
  });
  return [...out, s.slice(at)];
}

function replaced(s, from, to, count) {
  if (count === 0) return s;
  const parts = from === "" ? ["", ...Array.from(s), ""] : s.split(from);
  const most = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  return parts.slice(0, most + 1).join(to) + parts.slice(most + 1).map((p) => from + p).join("");
}

const LINE_ENDS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;
function splitLines(s, keepEnds = false) {
  const lines = [];
  let at = 0;
  for (const m of s.matchAll(LINE_ENDS)) {
    lines.push(s.slice(at, keepEnds ? m.index + m[0].length : m.index));
    at = m.index + m[0].length;
  }
  if (at < s.length) lines.push(s.slice(at));
  return lines;
}

function capitalized(s) {
  const [first = "", ...rest] = Array.from(s);
  return first.toUpperCase() + rest.join("").toLowerCase();
}

const affix = (test) => (s, [pattern, from], _named) => {
  const body = from === undefined ? s : Array.from(s).slice(whole(from)).join("");
  const options = pattern?.type === "TupleValue" ? pattern.value : [pattern ?? NONE];
  return bool(options.some((p) => test(body, wanted(p, "the prefix or suffix"))));
};

const place = (find, missing) => (s, [sub, start]) => {
  const points = Array.from(s);
  const from = start === undefined ? 0 : whole(start);
  const skip = points.slice(0, from < 0 ? Math.max(points.length + from, 0) : from).join("").length;
  const at = find(s.slice(skip), wanted(sub, "the text to find"));
  if (at < 0) return missing();
  return int(Array.from(s.slice(0, skip + at)).length);
};
const notFound = () => fail("substring not found");

const partition = (fromRight) => (s, [sep]) => {
  const at = fromRight ? s.lastIndexOf(sep.value) : s.indexOf(sep.value);
  const parts = at < 0
    ? fromRight ? ["", "", s] : [s, "", ""]
    : [s.slice(0, at), sep.value, s.slice(at + sep.value.length)];
  return new TupleValue(parts.map(text));
};

const padded = (left, right) => (s, [width, fill]) => {
  const room = Math.max(whole(width) - lengthOf(text(s)), 0);
  const c = fill === undefined ? " " : fill.value;
  // CPython puts the odd space to the left where the width is odd too.
  const before = left && right ? (room >> 1) + (room & whole(width) & 1) : left ? room : 0;
  return text(c.repeat(before) + s + c.repeat(room - before));
};

const matches = (pattern) => (s) => bool(pattern.test(s));

/** str.format with {}, {0}, {name} and {{ }}; format specifications are refused. */
function formatted(s, args, named) {
  let next = 0;
  return text(s.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (m, field) => {
    if (field === undefined) return m[0];
    const v = field === "" ? args[next++] : /^\d+$/.test(field) ? args[Number(field)] : named.get(field);
    return v === undefined ? fail(`str.format: nothing for {${field}}`) : str(v);
  }));
}

const STR = {
  upper: (s) => text(s.toUpperCase()),
  lower: (s) => text(s.toLowerCase()),
  casefold: (s) => text(s.toLowerCase().replaceAll("ß", "ss")),
  swapcase: (s) =>
    text(Array.from(s, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join("")),
  capitalize: (s) => text(capitalized(s)),
  title: (s) => text(s.replace(/\p{L}+/gu, capitalized)),
  strip: strip(true, true),
  lstrip: strip(true, false),
  rstrip: strip(false, true),
  split: splitter(false),
  rsplit: splitter(true),
  splitlines: (s, args, named) => list(splitLines(s, truthy(given(args, named, 0, "keepends", FALSE))).map(text)),
  replace: (s, args, named) =>
    text(replaced(s, wanted(args[0] ?? NONE, "old"), wanted(args[1] ?? NONE, "new"),
      whole(given(args, named, 2, "count", int(-1))))),
  join: (s, [items]) => text(iterate(items).map((x) => wanted(x, "sequence item")).join(s)),
  startswith: affix((s, p) => s.startsWith(p)),
  endswith: affix((s, p) => s.endsWith(p)),
  removeprefix: (s, [p]) => text(s.startsWith(p.value) ? s.slice(p.value.length) : s),
  removesuffix: (s, [p]) => text(p.value !== "" && s.endsWith(p.value) ? s.slice(0, -p.value.length) : s),
  find: place((s, p) => s.indexOf(p), () => int(-1)),
  rfind: place((s, p) => s.lastIndexOf(p), () => int(-1)),
  index: place((s, p) => s.indexOf(p), notFound),
  rindex: place((s, p) => s.lastIndexOf(p), notFound),
  count: (s, [p]) => int(p.value === "" ? lengthOf(text(s)) + 1 : s.split(p.value).length - 1),
  partition: partition(false),
  rpartition: partition(true),
  ljust: padded(false, true),
  rjust: padded(true, false),
  center: padded(true, true),
  zfill: (s, [width]) => {
    const sign = /^[+-]/.test(s) ? s[0] : "";
    return text(sign + s.slice(sign.length).padStart(whole(width) - sign.length, "0"));
  },
  isdigit: matches(/^[\p{Nd}\u00b2\u00b3\u00b9]+$/u),
  isdecimal: matches(/^\p{Nd}+$/u),
  isnumeric: matches(/^\p{N}+$/u),
  isalpha: matches(/^\p{L}+$/u),
  isalnum: matches(/^[\p{L}\p{N}]+$/u),
  isspace: matches(ONLY_SPACE),
  isascii: matches(/^[\x00-\x7f]*$/),
  isupper: (s) => bool(s === s.toUpperCase() && s !== s.toLowerCase()),
  islower: (s) => bool(s === s.toLowerCase() && s !== s.toUpperCase()),
  format: formatted,
};

const DICT = {
  get: (map, args) => (isString(args[0]) ? map.get(args[0].value) : undefined) ?? args[1] ?? NONE,
  items: (map) => list(Array.from(map, ([k, v]) => new TupleValue([text(k), v]))),
  keys: (map) => list(Array.from(map.keys(), text)),
  values: (map) => list(Array.from(map.values())),
  copy: (map) => new ObjectValue(new Map(map)),
};

const LIST = {
  index: (items, [x]) => {
    const at = items.findIndex((y) => equal(x, y));
    return at < 0 ? fail(`${repr(x)} is not in list`) : int(at);
  },
  count: (items, [x]) => int(items.filter((y) => equal(x, y)).length),
  copy: (items) => list(items.slice()),
};

const METHODS = { StringValue: STR, ObjectValue: DICT, ArrayValue: LIST, TupleValue: LIST };
