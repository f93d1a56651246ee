// Attribute and item lookup, arithmetic and the % operator of str, as Python and jinja2 have them.
"use strict";

const bound = (v, method) => new FunctionValue((args) => {
  const last = args.at(-1);
  return last instanceof KeywordArgumentsValue
    ? method(v.value, args.slice(0, -1), last.value)
    : method(v.value, args, new Map());
});

function methodOf(v, name) {
  const methods = METHODS[v.type];
  return methods !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
}

const missing = (v, name) =>
  undefinedValue(`'${v instanceof NullValue ? "None" : pyName(v) + " object"}' has no attribute ${repr(text(name))}`);

/** `v.name`: Python's attributes first, then the items. */
function attributeOf(v, name) {
  if (v instanceof LoopValue) return v.attribute(name) ?? missing(v, name);
  const method = methodOf(used(v), name);
  if (method !== undefined) return bound(v, method);
  return (isDict(v) || v instanceof NamespaceValue ? v.value.get(name) : undefined) ?? missing(v, name);
}

/** `v[key]`: the items first, then the attributes. */
function item(v, key) {
  if (isString(key)) return (isDict(used(v)) ? v.value.get(key.value) : undefined) ?? attributeOf(v, key.value);
  if ((isList(used(v)) || isString(v)) && (key instanceof IntegerValue || key instanceof BooleanValue)) {
    const i = Number(key.value);
    const found = isList(v) ? v.value.at(i) : Array.from(codePoints(v.value)).at(i);
    if (found !== undefined) return isList(v) ? found : text(found);
  }
  return undefinedValue(`${v instanceof NullValue ? "None" : pyName(v) + " object"} has no element ${repr(key)}`);
}

/** The % operator of str: %s, %r, %d, %i, %f, %x with width and precision. */
function percent(format, operand) {
  const args = operand instanceof TupleValue ? operand.value : [operand];
  let next = 0;
  return text(format.replace(/%(?:\((\w+)\))?([-0]*)(\d*)(?:\.(\d+))?([srdifx%])/g, (_, name, flags, width, digits, kind) => {
    if (kind === "%") return "%";
    const v = name === undefined ? args[next++] ?? fail("not enough arguments for format string") : item(operand, text(name));
    const plain = {
      s: () => str(v), r: () => repr(v), x: () => Number(v.value).toString(16),
      f: () => Number(v.value).toFixed(Number(digits ?? 6)),
    }[kind] ?? (() => String(Math.trunc(Number(v.value))));
    if (flags.includes("-")) return plain().padEnd(Number(width));
    return plain().padStart(Number(width), flags.includes("0") ? "0" : " ");
  }));
}

const NUMERIC = {
  "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "**": (a, b) => a ** b, "/": (a, b) => a / b,
  "//": (a, b) => Math.floor(a / b), "%": (a, b) => a - b * Math.floor(a / b),
};

function arithmetic(operator, a, b) {
  if (isNumber(used(a)) && isNumber(used(b))) {
    const [x, y] = [Number(a.value), Number(b.value)];
    if (y === 0 && ["/", "//", "%"].includes(operator)) fail("division by zero");
    const result = NUMERIC[operator](x, y);
    const real = a instanceof FloatValue || b instanceof FloatValue || operator === "/" || (operator === "**" && y < 0);
    return real ? float(result) : int(result);
  }
  if (operator === "+" && isString(a) && isString(b)) return text(a.value + b.value);
  if (operator === "+" && isList(a) && a.type === b.type) return new a.constructor(a.value.concat(b.value));
  if (operator === "%" && isString(a)) return percent(a.value, b);
  if (operator === "*") {
    const [what, times] = b instanceof IntegerValue ? [a, b.value] : [b, whole(a)];
    if (isString(what)) return text(what.value.repeat(Math.max(times, 0)));
    if (isList(what)) return new what.constructor(Array(Math.max(times, 0)).fill(what.value).flat());
  }
  return fail(`unsupported operand type(s) for ${operator}: '${pyName(a)}' and '${pyName(b)}'`);
}
