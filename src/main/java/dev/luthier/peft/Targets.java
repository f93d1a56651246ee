package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Written;
import dev.luthier.model.Linear;
import dev.luthier.model.Lookup;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Which modules an adapter sits on, in PEFT's three spellings. */
@Doc("`all-linear`, a list of module names such as `[q_proj, v_proj]`, or a regular expression")
public sealed interface Targets extends Written {
  /** Every linear map but the output head; tables and norms are not linear maps. */
  record AllLinear() implements Targets {
    @Override
    public boolean names(String path) {
      return true;
    }

    @Override
    public boolean matches(Model model, Slot slot) {
      return slot.base() instanceof Linear && slot != model.frame().head();
    }

    @Override
    public Object written() {
      return "all-linear";
    }
  }

  /** Layers whose name is, or ends in a dot and, one of these. */
  record Names(List<String> names) implements Targets {
    @Override
    public boolean names(String path) {
      return names.stream().anyMatch(n -> path.equals(n) || path.endsWith("." + n));
    }

    @Override
    public Object written() {
      return names;
    }
  }

  /** Layers whose whole name matches the expression. */
  record Regex(String expression) implements Targets {
    @Override
    public boolean names(String path) {
      return Expression.matches(expression, path);
    }

    @Override
    public Object written() {
      return expression;
    }
  }

  /** Whether a module of this path is meant, whatever its kind. */
  boolean names(String path);

  /** By PEFT's rules (tuners/tuners_utils.py), among linear maps and tables. */
  default boolean matches(Model model, Slot slot) {
    return (slot.base() instanceof Linear || slot.base() instanceof Lookup) && names(slot.path());
  }

  /** Whether a place is the module of this name, or in it. */
  static boolean inside(Slot slot, String module) {
    return ("." + slot.path() + ".").contains("." + module + ".");
  }

  String RULE = "all-linear, a list of module names, or a regular expression";

  static Targets read(Object yaml) {
    if (yaml instanceof String text) {
      return text.equals("all-linear") ? new AllLinear() : new Regex(compiled(text));
    }
    if (yaml instanceof List<?> list
        && !list.isEmpty()
        && list.stream().allMatch(String.class::isInstance)) {
      return new Names(list.stream().map(String.class::cast).toList());
    }
    throw new IllegalArgumentException(RULE);
  }

  private static String compiled(String expression) {
    try {
      return Pattern.compile(expression).pattern();
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(RULE + " (" + e.getDescription() + ")", e);
    }
  }
}
