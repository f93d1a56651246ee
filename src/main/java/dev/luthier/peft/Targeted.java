package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Slot;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The places that a recipe's targets and layers pick. */
final class Targeted {
  private static final Pattern LAYER = Pattern.compile(".*\\.[^.]*\\.(\\d+)\\..*");

  private Targeted() {}

  /**
   * @param method its name in a recipe, for errors
   * @param layers numbers of blocks; empty means all
   * @throws UserError if there is no such place
   */
  static List<Slot> slots(Site site, String method, Targets targets, List<Integer> layers) {
    return slots(site, method, targets, layers, slot -> targets.matches(site.model(), slot));
  }

  /**
   * The same for a method that knows linear maps alone.
   *
   * @throws UserError if there is no such place, or one that is not linear
   */
  static List<Slot> linear(Site site, String method, Targets targets, List<Integer> layers) {
    List<Slot> out = slots(site, method, targets, layers);
    for (Slot slot : out) {
      if (!(slot.base() instanceof Linear)) {
        throw new UserError(
            "%s.targets %s match %s, which is no linear map; %s has no form for it"
                .formatted(method, targets.written(), slot.path(), method));
      }
    }
    return out;
  }

  /** The same where a method has a rule of its own. */
  static List<Slot> slots(
      Site site, String method, Targets targets, List<Integer> layers, Predicate<Slot> rule) {
    List<Slot> out =
        site.open().stream().filter(s -> rule.test(s) && within(layers, s.path())).toList();
    if (out.isEmpty()) {
      throw new UserError(
          "%s.targets %s%s match no module; modules are %s"
              .formatted(
                  method,
                  targets.written(),
                  layers.isEmpty() ? "" : " in layers " + layers,
                  site.model().slots().stream().map(Slot::name).distinct().toList()));
    }
    return out;
  }

  private static boolean within(List<Integer> layers, String path) {
    Matcher m = LAYER.matcher(path);
    return layers.isEmpty() || (m.matches() && layers.contains(Integer.parseInt(m.group(1))));
  }
}
