// The globals of a chat template, and the two functions that Java calls.
"use strict";

/** The exception of raise_exception: its message is the template's own. */
class Raised extends Error {}

// Of the rendering under way:
let clock = null; // strftime_now, given by Java
let marks = ["", ""]; // what stands around the text of a generation block

const split = (method) => (...args) => {
  const named = args.at(-1) instanceof KeywordArgumentsValue ? args.pop().value : new Map();
  return method(args, named);
};
const MAX_RANGE = 100000; // that of jinja2's sandbox
const GLOBALS = new Environment();
for (const [name, method] of Object.entries({
  raise_exception: ([message]) => {
    throw new Raised(str(message));
  },
  strftime_now: ([format]) => text(clock(str(format))),
  range: (args) => {
    const bounds = args.map(whole);
    if (bounds[2] === 0) fail("range() arg 3 must not be zero");
    const [start, stop] = bounds.length === 1 ? [0, bounds[0]] : bounds;
    if (Math.abs((stop - start) / (bounds[2] ?? 1)) > MAX_RANGE) fail("Range too big.");
    return list(range(...bounds).map(int));
  },
  namespace: (args, named) => new NamespaceValue(dict(args, named)),
  dict: (args, named) => new ObjectValue(dict(args, named)),
})) {
  const call = split(method);
  GLOBALS.setVariable(name, new FunctionValue((args) => call(...args)));
}
for (const [name, value] of Object.entries({ true: TRUE, True: TRUE, false: FALSE, False: FALSE, none: NONE, None: NONE })) {
  GLOBALS.setVariable(name, value);
}
GLOBALS.setVariable(TUPLE, new FunctionValue((args) => new TupleValue(args)));
GLOBALS.setVariable(GENERATION, new FunctionValue((args, scope) =>
  text(marks[0] + scope.variables.get("caller").value([]).value + marks[1])));

function dict([source], named) {
  const entries = source === undefined ? [] : isDict(source)
    ? Array.from(source.value)
    : iterate(source).map((pair) => [str(iterate(pair)[0]), iterate(pair)[1]]);
  return new Map([...entries, ...named]);
}

/** { program, generation } of a template, or { error }. */
function parseTemplate(template) {
  try {
    const tokens = lex(template);
    const generation = tokens.some((t) => t.value === GENERATION);
    return { program: parse(tokens), generation };
  } catch (e) {
    const ended = e instanceof TypeError; // the parser looked for a token after the last
    return { error: ended ? "the template ends inside a block or an expression" : e.message };
  }
}

/** { text }, or { raised } from raise_exception, or { error }. The variables are JSON for decode. */
function render(program, variables, open, close, strftimeNow) {
  clock = strftimeNow;
  marks = [open, close];
  const scope = new Environment(GLOBALS);
  for (const [name, value] of decode(JSON.parse(variables)).value) scope.setVariable(name, value);
  try {
    return { text: new Interpreter(scope).run(program).value };
  } catch (e) {
    return e instanceof Raised ? { raised: e.message } : { error: e.message };
  }
}
