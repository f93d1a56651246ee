// Scopes, loops and assignment as jinja2 has them.
"use strict";

/** A scope; a class of our own because the library's builds a map with `namespace` for every one. */
Environment = class {
  constructor(parent) {
    this.parent = parent;
    this.variables = new Map();
  }
  setVariable(name, value) {
    this.variables.set(name, value);
    return value;
  }
  lookupVariable(name) {
    for (let scope = this; scope; scope = scope.parent) {
      const value = scope.variables.get(name);
      if (value !== undefined) return value;
    }
    return undefinedValue(`'${name}' is undefined`);
  }
};

/** What `loop` names inside a loop. */
class LoopValue extends RuntimeValue {
  type = "LoopValue";
  at = 0;
  truth() {
    return true;
  }
  attribute(name) {
    const n = this.value.length;
    switch (name) {
      case "index": return int(this.at + 1);
      case "index0": return int(this.at);
      case "revindex": return int(n - this.at);
      case "revindex0": return int(n - this.at - 1);
      case "first": return bool(this.at === 0);
      case "last": return bool(this.at === n - 1);
      case "length": return int(n);
      case "previtem": return this.value[this.at - 1] ?? undefinedValue("there is no previous item");
      case "nextitem": return this.value[this.at + 1] ?? undefinedValue("there is no next item");
      case "cycle": return new FunctionValue((args) => args[this.at % args.length]);
      case "changed": return new FunctionValue((args) => {
        const same = this.seen?.length === args.length && args.every((x, i) => equal(x, this.seen[i]));
        this.seen = args;
        return bool(!same);
      });
      default: return undefined;
    }
  }
}

/** `{% for a, (b, c) in v %}` and `{% set a, b = v %}`. */
function unpack(target, value, scope) {
  if (target.type === "Identifier") scope.setVariable(target.value, value);
  else if (target.type === "TupleLiteral") {
    const items = iterate(used(value));
    const [want, got] = [target.value.length, items.length];
    if (got < want) fail(`not enough values to unpack (expected ${want}, got ${got})`);
    if (got > want) fail(`too many values to unpack (expected ${want})`);
    target.value.forEach((t, i) => unpack(t, items[i], scope));
  } else fail(`cannot assign to ${target.type}`);
}
