package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Lookup;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** LoRA on a model: the new weights at every place, and how they are saved. */
record LoraPlaces(Lora lora, Site site) {
  Attachment attach() {
    List<Change<?>> changes = new ArrayList<>();
    List<LoraMaps.LowRank> maps = new ArrayList<>();
    for (Slot slot : Targeted.slots(site, "lora", lora.targets(), lora.layers())) {
      LoraMaps.LowRank map = fresh(slot);
      changes.add(new Change<>(slot, map));
      maps.add(map);
    }
    Attachment out =
        new Attachment(
            changes,
            all(maps, LoraMaps.LowRank::trainable),
            all(maps, LoraMaps.LowRank::frozen),
            all(maps, LoraMaps.LowRank::entries),
            new Begun(all(maps, LoraMaps.LowRank::frozen)));
    return out.writtenAs(() -> written(lora));
  }

  private static <T> List<T> all(
      List<LoraMaps.LowRank> maps, Function<LoraMaps.LowRank, List<T>> part) {
    return maps.stream().flatMap(m -> part.apply(m).stream()).toList();
  }

  /** A resumed run goes on from the start that it had, not from one that is computed again. */
  private record Begun(List<Parameter> state) implements Course {}

  private LoraMaps.LowRank fresh(Slot slot) {
    try (Scope scope = new Scope()) {
      torch.manual_seed(site.seed(slot));
      Factors factors =
          slot.base() instanceof Lookup table
              ? table(slot.path(), table)
              : linear(slot.path(), (Linear) slot.base());
      return lora.form().at(site, slot, factors, lora.dropout());
    }
  }

  /** PEFT starts a table's A at zero and draws B, whatever the start of linear maps is. */
  private Factors table(String path, Lookup table) {
    if (lora.bias() || lora.start().takenOff()) {
      throw new UserError(
          "lora.%s is for linear maps, and lora.targets %s match the table %s"
              .formatted(
                  lora.bias() ? "bias" : "start " + lora.start().name().toLowerCase(Locale.ROOT),
                  lora.targets().written(),
                  path));
    }
    Compute compute = site.model().compute();
    int r = lora.rankAt(path);
    long vocab = table.weight().shape()[0];
    long width = table.weight().shape()[1];
    return new Factors(
        site.weight(path, "lora_embedding_A", Fresh.full(compute, 0, r, vocab)),
        site.weight(path, "lora_embedding_B", Fresh.normal(compute, 1, width, r)),
        lora.scaleAt(path));
  }

  private Factors linear(String path, Linear base) {
    Compute compute = site.model().compute();
    int r = lora.rankAt(path);
    double scale = lora.scaleAt(path);
    LoraStart.Drawn drawn = lora.start().draw(base, r, scale, compute);
    Tensor zeros = Fresh.full(compute, 0, base.out());
    return new Factors(
        site.weight(path, "lora_A.weight", drawn.down()),
        site.weight(path, "lora_B.weight", drawn.up()),
        lora.bias() ? Optional.of(site.weight(path, "lora_B.bias", zeros)) : Optional.empty(),
        lora.start().takenOff() ? Optional.of(begin(path, drawn)) : Optional.empty(),
        scale);
  }

  private Factors.Begin begin(String path, LoraStart.Drawn drawn) {
    return new Factors.Begin(
        site.weight(path, "lora_A.start", drawn.down().clone()),
        site.weight(path, "lora_B.start", drawn.up().clone()));
  }

  /**
   * What computes the same on the loaded weights without a start to take off: factors of twice the
   * rank, as PEFT's conversion of PiSSA writes them, with the same scale. Files name no rates.
   */
  private static Lora written(Lora lora) {
    int times = lora.start().takenOff() ? 2 : 1;
    double by = lora.rslora() ? Math.sqrt(times) : times;
    Map<String, Integer> ranks = new LinkedHashMap<>();
    lora.rankPattern().forEach((name, r) -> ranks.put(name, times * r));
    Map<String, Double> alphas = new LinkedHashMap<>();
    lora.alphaPattern().forEach((name, a) -> alphas.put(name, by * a));
    return new Lora(
        times * lora.rank(),
        by * lora.alpha(),
        lora.dropout(),
        lora.targets(),
        ranks,
        alphas,
        lora.layers(),
        lora.rslora(),
        lora.save(),
        lora.form(),
        lora.start().takenOff() ? LoraStart.KAIMING : lora.start(),
        lora.bias(),
        1);
  }
}
