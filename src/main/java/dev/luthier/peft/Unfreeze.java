package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.model.LayerNorm;
import dev.luthier.model.Model;
import dev.luthier.model.OffsetRmsNorm;
import dev.luthier.model.RmsNorm;
import dev.luthier.model.Slot;
import dev.luthier.model.Stack;
import dev.luthier.model.Stored;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * Full fine-tuning of some weights: the rest stays frozen. What learns is the change of a weight,
 * so that the model itself is never written and the adapter's file holds differences.
 */
@Doc("Some weights learn wholly, the rest stays as it is")
public record Unfreeze(
    @Doc("Which weights") @Default("last_layers") Which which,
    @Doc(
            value = "Modules trained and saved whole beside the task's head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {

  /** Which weights learn. */
  @Doc("Which weights learn")
  public sealed interface Which {
    /** Those of a model, each once. */
    List<Parameter> weights(Site site);
  }

  /** Weights whose whole name matches. */
  @Doc("Weights by their names in the model's files")
  public record Match(
      @Doc("Regular expression that the whole name matches, such as `.*\\.mlp\\..*`")
          String pattern)
      implements Which {
    @Override
    public List<Parameter> weights(Site site) {
      List<Parameter> all = site.open().stream().flatMap(Deltas::weights).distinct().toList();
      List<Parameter> out =
          all.stream().filter(p -> Expression.matches(pattern, p.name())).toList();
      if (out.isEmpty()) {
        throw new UserError(
            "unfreeze.which.match.pattern %s matches no weight; weights are %s and %d more"
                .formatted(
                    pattern,
                    all.stream().limit(8).map(Parameter::name).toList(),
                    Math.max(0, all.size() - 8)));
      }
      return out;
    }
  }

  /** All weights of some modules. */
  @Doc("All weights of some modules")
  public record Modules(@Doc("The modules") @Default("all-linear") Targets targets)
      implements Which {
    @Override
    public List<Parameter> weights(Site site) {
      return Deltas.targeted(site, targets, "unfreeze.which.modules.targets");
    }
  }

  /** The top of the model. */
  @Doc("The last layers; of an encoder and a decoder those of both")
  public record LastLayers(
      @Doc("How many layers") @Default("2") int count,
      @Doc("The norm behind the last layer too") @Default("true") boolean norm,
      @Doc("The output head too; where it is tied to the table, the table learns with it")
          @Default("false")
          boolean head)
      implements Which {
    public LastLayers {
      Check.atLeast("unfreeze.which.last_layers.count", 1, count);
    }

    @Override
    public List<Parameter> weights(Site site) {
      Model model = site.model();
      for (Stack stack : model.frame().stacks()) {
        Check.atMost("unfreeze.which.last_layers.count", stack.layers().size(), count);
      }
      return site.open().stream()
          .filter(
              slot ->
                  within(slot, last(model))
                      || (norm && isLastNorm(slot, model))
                      || (head && slot == model.frame().head()))
          .flatMap(Deltas::weights)
          .distinct()
          .toList();
    }

    private List<Stack.Layer> last(Model model) {
      List<Stack.Layer> out = new ArrayList<>();
      for (Stack stack : model.frame().stacks()) {
        int n = stack.layers().size();
        out.addAll(stack.layers().subList(n - count, n));
      }
      return out;
    }

    private static boolean within(Slot slot, List<Stack.Layer> layers) {
      return layers.stream().anyMatch(layer -> slot.path().startsWith(layer.path() + "."));
    }

    /** A norm in no layer, behind some layer. */
    private static boolean isLastNorm(Slot slot, Model model) {
      List<Stack.Layer> all =
          model.frame().stacks().stream().flatMap(s -> s.layers().stream()).toList();
      List<Slot> before = model.slots().subList(0, model.slots().indexOf(slot));
      return isNorm(slot.base())
          && !within(slot, all)
          && before.stream().anyMatch(s -> within(s, all));
    }

    private static boolean isNorm(Stored map) {
      return map instanceof RmsNorm || map instanceof OffsetRmsNorm || map instanceof LayerNorm;
    }
  }

  @Override
  public Rate usualRate() {
    return new Rate.ByWidth(2e-5); // as full fine-tuning
  }

  @Override
  public String prefix() {
    return "";
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "unfreeze.save");
    return Deltas.attach(
        site,
        which.weights(site).stream()
            .map(p -> Deltas.everywhere(p, site.model().compute()))
            .toList());
  }
}
