package dev.luthier.peft;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Dense;
import dev.luthier.model.Lookup;
import dev.luthier.model.Slot;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Which modules an adapter goes to, by PEFT's rules (tuners/tuners_utils.py). */
public sealed interface Targets {
  /**
   * Every linear map but the output head: {@code all-linear}.
   *
   * <p>Tables and norms are not linear maps.
   */
  record AllLinear() implements Targets {
    @Override
    public boolean matches(CausalLm model, Slot slot) {
      return slot.base() instanceof Dense && slot != model.head();
    }

    @Override
    @JsonValue
    public Object shown() {
      return "all-linear";
    }
  }

  /** Modules whose path is one of the names or ends with one of them. */
  record Names(List<String> names) implements Targets {
    @Override
    public boolean matches(CausalLm model, Slot slot) {
      return adaptable(slot)
          && names.stream().anyMatch(n -> slot.path().equals(n) || slot.path().endsWith("." + n));
    }

    @Override
    @JsonValue
    public Object shown() {
      return names;
    }
  }

  /** Modules whose whole path the regular expression matches. */
  record Regex(String regex) implements Targets {
    public Regex {
      try {
        Pattern.compile(regex);
      } catch (PatternSyntaxException e) {
        throw new UserError(
            "lora.targets is no regular expression: " + e.getDescription() + " in " + regex, e);
      }
    }

    @Override
    public boolean matches(CausalLm model, Slot slot) {
      return adaptable(slot) && Pattern.matches(regex, slot.path());
    }

    @Override
    @JsonValue
    public Object shown() {
      return regex;
    }
  }

  boolean matches(CausalLm model, Slot slot);

  /** As a recipe and PEFT's adapter_config.json spell it. */
  Object shown();

  /** Reads {@code all-linear}, a list of names, or a regular expression. */
  @JsonCreator
  static Targets of(Object value) {
    if (value instanceof List<?> names) {
      return new Names(names.stream().map(String::valueOf).toList());
    }
    if (value instanceof String text) {
      return text.equals("all-linear") ? new AllLinear() : new Regex(text);
    }
    throw new UserError(
        "lora.targets must be all-linear, a list of module names, or a regular expression, was "
            + value);
  }

  private static boolean adaptable(Slot slot) {
    return slot.base() instanceof Dense || slot.base() instanceof Lookup;
  }
}
