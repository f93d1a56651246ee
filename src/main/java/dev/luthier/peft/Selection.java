package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * So many of some weights, to be chosen by scores.
 *
 * @param slots the places that hold them
 * @param weights each once
 * @param count k
 * @param key what asks, for errors
 */
record Selection(
    Model model,
    Collection<Slot> slots,
    List<Parameter> weights,
    long count,
    Unit unit,
    String key) {

  static Selection of(Site site, Targets targets, Amount amount, Unit unit) {
    List<Parameter> weights = Deltas.targeted(site, targets, amount.key() + ".targets");
    return new Selection(
        site.model(), site.open(), weights, amount.of(weights), unit, amount.key());
  }

  /** The same of the weights that change on a model. */
  static Selection of(Adapted<?> adapted, Amount amount, Unit unit) {
    List<Parameter> weights = Deltas.of(adapted).stream().map(Delta::weight).toList();
    return new Selection(
        adapted.model(),
        adapted.places().keySet(),
        weights,
        amount.of(weights),
        unit,
        amount.key());
  }

  /**
   * @param scores one tensor for each weight, in its shape
   * @return flat indices of the chosen in each, int64, ascending
   * @throws UserError if not one unit fits
   */
  List<Tensor> best(List<Tensor> scores) {
    return best(scores, count);
  }

  /** The same with another number. */
  List<Tensor> best(List<Tensor> scores, long k) {
    if (unit == Unit.WEIGHT) {
      return Ranking.top(scores, k);
    }
    Cuts cuts = Cuts.of(model, slots, weights, unit);
    List<Tensor> out = Ranking.top(scores, cuts, k, model.compute());
    if (out.stream().allMatch(t -> t.numel() == 0)) {
      throw new UserError(
          "%s: %d weights are less than one %s of its targets; raise share or count%s"
              .formatted(
                  key,
                  k,
                  unit.name().toLowerCase(java.util.Locale.ROOT),
                  unit == Unit.HEAD ? ", and target maps of attention" : ""));
    }
    return out;
  }

  /** Changes at the places with the highest scores. */
  List<Delta> changes(List<Tensor> scores) {
    List<Delta> out = new ArrayList<>();
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      List<Tensor> at = best(scores);
      for (int i = 0; i < at.size(); i++) {
        if (at.get(i).numel() > 0) {
          out.add(Deltas.somewhere(weights.get(i), at.get(i), model.compute()));
        }
      }
    }
    return out;
  }

  /** What {@link Deltas#saved} reads: the chosen places under their names. */
  Map<String, Tensor> named(List<Tensor> scores) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    List<Tensor> at = best(scores);
    for (int i = 0; i < at.size(); i++) {
      if (at.get(i).numel() > 0) {
        Tensor stored = Delta.Somewhere.stored(at.get(i), weights.get(i));
        out.put(
            weights.get(i).name() + Delta.INDICES,
            stored.to(dev.luthier.tensor.Compute.CPU.torchDevice(), stored.scalar_type()));
      }
    }
    return out;
  }
}
