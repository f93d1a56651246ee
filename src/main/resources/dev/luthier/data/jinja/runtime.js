// jinja2's rules of evaluation put over the interpreter of @huggingface/jinja.
"use strict";

const ORDER = { "<": TESTS.lt, "<=": TESTS.le, ">": TESTS.gt, ">=": TESTS.ge };
const NO_ARGUMENTS = [[], new Map()];
const isOrdering = (node) => node.type === "BinaryExpression" && Object.hasOwn(ORDER, node.operator.value);
/** Evaluates a node: a look-up by its type where the library compares the type with each it knows. */
const EVALUATE = {
  StringLiteral: (node) => (node.constant ??= text(node.value)),
  IntegerLiteral: (node) => (node.constant ??= int(node.value)),
  FloatLiteral: (node) => (node.constant ??= float(node.value)),
  Identifier: (node, scope) => scope.lookupVariable(node.value),
  If: (node, scope, interpreter) => interpreter.evaluateIf(node, scope),
  For: (node, scope, interpreter) => interpreter.evaluateFor(node, scope),
  Set: (node, scope, interpreter) => interpreter.evaluateSet(node, scope),
  MemberExpression: (node, scope, interpreter) => interpreter.evaluateMemberExpression(node, scope),
  CallExpression: (node, scope, interpreter) => interpreter.evaluateCallExpression(node, scope),
  BinaryExpression: (node, scope, interpreter) => interpreter.evaluateBinaryExpression(node, scope),
  UnaryExpression: (node, scope, interpreter) => interpreter.evaluateUnaryExpression(node, scope),
  TestExpression: (node, scope, interpreter) => interpreter.evaluateTestExpression(node, scope),
  FilterExpression: (node, scope, interpreter) =>
    interpreter.applyFilter(interpreter.evaluate(node.operand, scope), node.filter, scope),
  Ternary: (node, scope, interpreter) => interpreter.evaluateTernaryExpression(node, scope),
};
const libraryEvaluate = Interpreter.prototype.evaluate;

const SILENT = new Set(["Set", "Macro", "Comment"]);

Object.assign(Interpreter.prototype, {
  evaluate(node, scope) {
    const evaluate = node.evaluate === undefined ? (node.evaluate = EVALUATE[node.type] ?? null) : node.evaluate;
    return evaluate === null ? libraryEvaluate.call(this, node, scope) : evaluate(node, scope, this);
  },

  evaluateBlock(statements, scope) {
    let out = "";
    try {
      for (const statement of statements) {
        if (statement.type === "StringLiteral") out += statement.value;
        else {
          const value = this.evaluate(statement, scope);
          if (!SILENT.has(statement.type)) out += str(value);
        }
      }
    } catch (e) {
      // What was written before a break or continue stays.
      if (e instanceof BreakControl || e instanceof ContinueControl) e.text = out + (e.text ?? "");
      throw e;
    }
    return text(out);
  },

  evaluateIf(node, scope) {
    return this.evaluateBlock(truthy(this.evaluate(node.test, scope)) ? node.body : node.alternate, scope);
  },

  evaluateFor(node, scope) {
    const { lhs: source, test } = node.iterable.type === "SelectExpression" ? node.iterable : { lhs: node.iterable };
    const enter = (value) => {
      const inner = new Environment(scope);
      unpack(node.loopvar, value, inner);
      return inner;
    };
    let items = iterate(this.evaluate(source, scope));
    if (test !== undefined) items = items.filter((x) => truthy(this.evaluate(test, enter(x))));
    const loop = new LoopValue(items);
    let out = "";
    let completed = false;
    for (const value of items) {
      const inner = enter(value);
      inner.setVariable("loop", loop);
      try {
        out += this.evaluateBlock(node.body, inner).value;
        completed = true;
      } catch (e) {
        if (!(e instanceof BreakControl || e instanceof ContinueControl)) throw e;
        out += e.text;
        if (e instanceof BreakControl) break;
      }
      loop.at++;
    }
    // As in jinja2, `else` runs where no pass came to its end.
    if (!completed) out += this.evaluateBlock(node.defaultBlock, new Environment(scope)).value;
    return text(out);
  },

  evaluateSet(node, scope) {
    const { assignee } = node;
    const value = node.value
      ? this.evaluate(node.value, scope)
      : this.evaluateBlock(node.body, new Environment(scope));
    if (assignee.type === "MemberExpression") {
      const space = this.evaluate(assignee.object, scope);
      if (!(space instanceof NamespaceValue)) fail("cannot assign attribute on non-namespace object");
      space.value.set(assignee.property.value, value);
    } else if (assignee.type === "FilterExpression") {
      scope.setVariable(assignee.operand.value, this.applyFilter(value, assignee.filter, scope));
    } else unpack(assignee, value, scope);
    return NONE;
  },

  evaluateMacro(node, scope) {
    const special = (node.special ??= findAccessedSpecialMacroArguments(node.args, node.body));
    scope.setVariable(node.name.value, new FunctionValue((args, callScope) => {
      const inner = new Environment(scope);
      const caller = callScope?.variables.get("caller");
      if (caller !== undefined) inner.setVariable("caller", caller);
      this.bindMacroArguments(`'${node.name.value}'`, node.args, special, args, inner);
      return this.evaluateBlock(node.body, inner);
    }));
    return NONE;
  },

  evaluateCallExpression(node, scope) {
    const { callee } = node;
    if (callee.type === "MemberExpression" && !callee.computed) {
      const object = this.evaluate(callee.object, scope);
      const method = methodOf(object, callee.property.value);
      if (method !== undefined) {
        const [args, named] = node.args.length === 0 ? NO_ARGUMENTS : this.evaluateArguments(node.args, scope);
        return method(object.value, args, named);
      }
    }
    const callable = this.evaluate(callee, scope);
    const [args, named] = this.evaluateArguments(node.args, scope);
    if (named.size > 0) args.push(new KeywordArgumentsValue(named));
    if (!(used(callable) instanceof FunctionValue)) fail(`'${pyName(callable)}' object is not callable`);
    return callable.value(args);
  },

  evaluateMemberExpression(node, scope) {
    const object = this.evaluate(node.object, scope);
    const { property } = node;
    if (property.type === "SliceExpression") return this.evaluateSliceExpression(used(object), property, scope);
    if (!node.computed && property.type === "Identifier") return attributeOf(object, property.value);
    return item(object, this.evaluate(property, scope));
  },

  evaluateSliceExpression(object, node, scope) {
    const at = (part) => {
      const v = part === undefined ? NONE : this.evaluate(part, scope);
      return v instanceof NullValue ? undefined : whole(v);
    };
    const cut = (items) => slice(items, at(node.start), at(node.stop), at(node.step));
    if (isList(object)) return new object.constructor(cut(object.value));
    return isString(object) ? text(cut(Array.from(object.value)).join("")) : fail(`'${pyName(object)}' object is not subscriptable`);
  },

  evaluateBinaryExpression(node, scope) {
    const operator = node.operator.value;
    const left = this.evaluate(node.left, scope);
    if (operator === "and") return truthy(left) ? this.evaluate(node.right, scope) : left;
    if (operator === "or") return truthy(left) ? left : this.evaluate(node.right, scope);
    if (Object.hasOwn(ORDER, operator)) {
      // a < b < c
      const chained = isOrdering(node.left);
      if (chained && !left.value) return FALSE;
      return bool(ORDER[operator](chained ? this.evaluate(node.left.right, scope) : left, this.evaluate(node.right, scope)));
    }
    const right = this.evaluate(node.right, scope);
    switch (operator) {
      case "==": return bool(equal(left, right));
      case "!=": return bool(!equal(left, right));
      case "in": return bool(contains(right, left));
      case "not in": return bool(!contains(right, left));
      case "~": return text(str(left) + str(right));
      default: return arithmetic(operator, left, right);
    }
  },

  evaluateUnaryExpression(node, scope) {
    const v = this.evaluate(node.argument, scope);
    if (node.operator.value === "not") return bool(!truthy(v));
    return node.operator.value === "-" ? arithmetic("-", int(0), v) : arithmetic("+", int(0), v);
  },

  evaluateTernaryExpression(node, scope) {
    return this.evaluate(truthy(this.evaluate(node.condition, scope)) ? node.trueExpr : node.falseExpr, scope);
  },

  evaluateSelectExpression(node, scope) {
    return truthy(this.evaluate(node.test, scope))
      ? this.evaluate(node.lhs, scope)
      : undefinedValue("the inline if-expression evaluated to false and no else section was defined.");
  },

  evaluateTestExpression(node, scope) {
    return bool(tested(node.test.value, this.evaluate(node.operand, scope), []) !== node.negate);
  },

  applyFilter(operand, node, scope) {
    if (node.type === "Identifier") return filtered(node.value, operand, ...NO_ARGUMENTS, this);
    const [args, named] = this.evaluateArguments(node.args, scope);
    return filtered(node.callee.value, operand, args, named, this);
  },
});
