// Python's view of the values of @huggingface/jinja: truth, text, repr, order and equality.
"use strict";

const NONE = new NullValue();
const TRUE = new BooleanValue(true);
const FALSE = new BooleanValue(false);
const bool = (b) => (b ? TRUE : FALSE);
const text = (s) => new StringValue(s);
const int = (n) => new IntegerValue(n);
const float = (x) => new FloatValue(x);
const list = (items) => new ArrayValue(items);

function fail(message) {
  throw new Error(message);
}

/** jinja2's Undefined: empty when printed, an error with this message when used. */
function undefinedValue(why) {
  const u = new UndefinedValue();
  u.why = why;
  return u;
}

const PY_NAMES = {
  StringValue: "str", IntegerValue: "int", FloatValue: "float", BooleanValue: "bool",
  ArrayValue: "list", TupleValue: "tuple", ObjectValue: "dict", NullValue: "NoneType",
  UndefinedValue: "Undefined", NamespaceValue: "Namespace", FunctionValue: "function",
};
const pyName = (v) => PY_NAMES[v.type] ?? v.type;
const isList = (v) => v instanceof ArrayValue;
const isDict = (v) => v instanceof ObjectValue;
const isString = (v) => v instanceof StringValue;
const isUndefined = (v) => v instanceof UndefinedValue;
const isNumber = (v) =>
  v instanceof IntegerValue || v instanceof FloatValue || v instanceof BooleanValue;

/** The class's own answer is found faster than a branch over v.type. */
const truthy = (v) => v.truth();
RuntimeValue.prototype.truth = function () { return !!this.value; };
StringValue.prototype.truth = function () { return this.value !== ""; };
BooleanValue.prototype.truth = function () { return this.value; };
ArrayValue.prototype.truth = function () { return this.value.length > 0; };
ObjectValue.prototype.truth = function () { return this.value.size > 0; };
NamespaceValue.prototype.truth = () => true;
FunctionValue.prototype.truth = () => true;

/** Python's repr of a float. */
function floatText(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (Object.is(x, -0)) return "-0.0";
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return x.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  const s = String(x);
  return s.includes(".") ? s : s + ".0";
}

/** What `{{ v }}` prints. */
const str = (v) => v.toString();
RuntimeValue.prototype.toString = function () { return `<${pyName(this)}>`; };
StringValue.prototype.toString = function () { return this.value; };
IntegerValue.prototype.toString = function () { return String(this.value); };
FloatValue.prototype.toString = function () { return floatText(this.value); };
BooleanValue.prototype.toString = function () { return this.value ? "True" : "False"; };
NullValue.prototype.toString = () => "None";
UndefinedValue.prototype.toString = () => "";
ArrayValue.prototype.toString = function () { return `[${this.value.map(repr).join(", ")}]`; };
TupleValue.prototype.toString = function () {
  return `(${this.value.map(repr).join(", ")}${this.value.length === 1 ? "," : ""})`;
};
ObjectValue.prototype.toString = function () { return dictText(this); };
NamespaceValue.prototype.toString = function () { return `<Namespace ${dictText(this)}>`; };

function dictText(v) {
  return `{${Array.from(v.value, ([k, x]) => `${repr(text(k))}: ${repr(x)}`).join(", ")}}`;
}

const SHORT_ESCAPES = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

function repr(v) {
  if (isUndefined(v)) return "Undefined";
  if (!isString(v)) return str(v);
  const quote = v.value.includes("'") && !v.value.includes('"') ? '"' : "'";
  const body = v.value.replace(/[\\'"]|(?! )[\p{C}\p{Z}]/gu, (c) => {
    if (c === "'" || c === '"') return c === quote ? "\\" + c : c;
    if (SHORT_ESCAPES[c]) return SHORT_ESCAPES[c];
    const code = c.codePointAt(0).toString(16);
    if (code.length <= 2) return "\\x" + code.padStart(2, "0");
    return code.length <= 4 ? "\\u" + code.padStart(4, "0") : "\\U" + code.padStart(8, "0");
  });
  return quote + body + quote;
}

/** Python orders texts by code point, JavaScript by UTF-16 unit. */
function compareText(a, b) {
  if (a === b) return 0;
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  if (i > 0 && /[\ud800-\udbff]/.test(a[i - 1])) i--;
  return (a.codePointAt(i) ?? -1) < (b.codePointAt(i) ?? -1) ? -1 : 1;
}

function compare(a, b, operator = "<") {
  if (isNumber(a) && isNumber(b)) return Number(a.value) - Number(b.value);
  if (isString(a) && isString(b)) return compareText(a.value, b.value);
  if (isList(a) && a.type === b.type) {
    for (let i = 0; i < a.value.length && i < b.value.length; i++) {
      if (!equal(a.value[i], b.value[i])) return compare(a.value[i], b.value[i], operator);
    }
    return a.value.length - b.value.length;
  }
  used(a);
  used(b);
  return fail(`'${operator}' not supported between instances of '${pyName(a)}' and '${pyName(b)}'`);
}

function equal(a, b) {
  if (isNumber(a) && isNumber(b)) return Number(a.value) === Number(b.value);
  if (a.type !== b.type) return false;
  if (isList(a)) {
    return a.value.length === b.value.length && a.value.every((x, i) => equal(x, b.value[i]));
  }
  if (isDict(a)) {
    return a.value.size === b.value.size &&
      Array.from(a.value).every(([k, x]) => b.value.has(k) && equal(x, b.value.get(k)));
  }
  return a.value === b.value; // of None and of undefined values the library keeps no value
}

/** The value itself; an undefined one is an error, as jinja2 makes it where a value is needed. */
function used(v) {
  return isUndefined(v) ? fail(v.why ?? "value is undefined") : v;
}

function iterate(v) {
  if (isList(v)) return v.value;
  if (isDict(v)) return Array.from(v.value.keys(), text);
  if (isString(v)) return Array.from(v.value, text);
  if (isUndefined(v)) return [];
  return fail(`'${pyName(v)}' object is not iterable`);
}

const SURROGATE = /[\ud800-\udfff]/;
const codePoints = (s) => (SURROGATE.test(s) ? Array.from(s) : s);

function lengthOf(v) {
  if (isString(v)) return codePoints(v.value).length;
  if (isDict(v)) return v.value.size;
  return isList(v) || isUndefined(v) ? iterate(v).length : fail(`object of type '${pyName(v)}' has no len()`);
}

function contains(container, item) {
  if (isString(container)) {
    return isString(used(item))
      ? container.value.includes(item.value)
      : fail(`'in <string>' requires string as left operand, not ${pyName(item)}`);
  }
  if (isDict(container)) return isString(item) && container.value.has(item.value);
  return iterate(container).some((x) => equal(x, item));
}
