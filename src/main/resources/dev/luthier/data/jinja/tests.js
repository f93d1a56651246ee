// jinja2's tests (`v is name(...)`): TESTS[name](value, ...).
"use strict";

const TESTS = {
  defined: (v) => !isUndefined(v),
  undefined: isUndefined,
  none: (v) => v instanceof NullValue,
  true: (v) => v instanceof BooleanValue && v.value,
  false: (v) => v instanceof BooleanValue && !v.value,
  boolean: (v) => v instanceof BooleanValue,
  integer: (v) => v instanceof IntegerValue,
  float: (v) => v instanceof FloatValue,
  number: isNumber,
  string: isString,
  mapping: isDict,
  sequence: (v) => isList(v) || isDict(v) || isString(v) || isUndefined(v),
  iterable: (v) => isList(v) || isDict(v) || isString(v) || isUndefined(v),
  callable: (v) => v instanceof FunctionValue,
  odd: (v) => whole(v) % 2 !== 0,
  even: (v) => whole(v) % 2 === 0,
  divisibleby: (v, n) => whole(v) % whole(n) === 0,
  eq: equal,
  ne: (a, b) => !equal(a, b),
  lt: (a, b) => compare(a, b, "<") < 0,
  le: (a, b) => compare(a, b, "<=") <= 0,
  gt: (a, b) => compare(a, b, ">") > 0,
  ge: (a, b) => compare(a, b, ">=") >= 0,
  in: (v, container) => contains(container, v),
  sameas: (a, b) => a === b || (a.type === b.type && a.value === b.value),
  lower: (v) => STR.islower(str(v)).value,
  upper: (v) => STR.isupper(str(v)).value,
  escaped: () => false,
};
Object.assign(TESTS, {
  "==": TESTS.eq, equalto: TESTS.eq, "!=": TESTS.ne, "<": TESTS.lt, lessthan: TESTS.lt,
  "<=": TESTS.le, ">": TESTS.gt, greaterthan: TESTS.gt, ">=": TESTS.ge,
});

function tested(name, v, args) {
  const test = Object.hasOwn(TESTS, name) ? TESTS[name] : fail(`No test named '${name}'.`);
  return test(v, ...args);
}
