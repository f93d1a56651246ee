package dev.luthier.rollout;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Draws the next token of sequences that are each sampled in their own manner: those of the same
 * manner together. Letters: R sequences, V vocabulary, K likeliest tokens.
 */
final class MixedDraws {
  private MixedDraws() {}

  /**
   * @param logits (R, V), a row for each sequence
   */
  static void take(List<Guest> guests, Tensor logits, Compute compute) {
    Map<Sampling, List<Integer>> groups = new LinkedHashMap<>();
    for (int row = 0; row < guests.size(); row++) {
      Sampling sampling = guests.get(row).party().wanted().sampling();
      groups.computeIfAbsent(sampling, s -> new ArrayList<>()).add(row);
    }
    groups.forEach(
        (sampling, rows) -> {
          List<Guest> group = rows.stream().map(guests::get).toList();
          Tensor own =
              groups.size() == 1
                  ? logits
                  : logits.index_select(
                      0, Ops.longs(rows.stream().mapToLong(r -> r).toArray(), compute)); // (G, V)
          take(sampling, group, own);
        });
  }

  private static void take(Sampling sampling, List<Guest> guests, Tensor logits) {
    Sampler.Draw draw;
    List<List<Token.Likely>> top;
    try {
      draw =
          new Sampler(sampling)
              .draw(
                  logits,
                  sampling.repetitionPenalty() == 1
                      ? List.of()
                      : guests.stream().map(g -> g.running().seen()).toList(),
                  guests.stream().mapToDouble(Guest::uniform).toArray());
      top = top(guests, logits);
    } catch (RuntimeException e) { // one of them has logits that are no numbers
      apart(sampling, guests, logits, e);
      return;
    }
    for (int row = 0; row < guests.size(); row++) {
      guests.get(row).take(draw, row, top.get(row));
    }
  }

  /** Each by itself, so that whoever cannot be drawn fails alone. */
  private static void apart(
      Sampling sampling, List<Guest> guests, Tensor logits, RuntimeException why) {
    if (guests.size() == 1) {
      guests.get(0).party().fail(why);
      return;
    }
    for (int row = 0; row < guests.size(); row++) {
      take(sampling, List.of(guests.get(row)), logits.narrow(0, row, 1));
    }
  }

  /** The likeliest tokens of the sequences that want to know them. */
  private static List<List<Token.Likely>> top(List<Guest> guests, Tensor logits) {
    int k = guests.stream().mapToInt(g -> g.party().wanted().top()).max().orElse(0);
    List<List<Token.Likely>> out = new ArrayList<>();
    if (k == 0) {
      guests.forEach(g -> out.add(List.of()));
      return out;
    }
    int most = (int) Math.min(k, logits.size(1));
    T_TensorTensor_T likeliest = torch.log_softmax(logits, -1).topk(most, -1, true, true);
    float[] values = new float[guests.size() * most]; // (R, K)
    long[] ids = new long[values.length];
    new FloatPointer(likeliest.get0().to(ScalarType.Float).cpu().contiguous().data_ptr_float())
        .get(values);
    new LongPointer(likeliest.get1().cpu().contiguous().data_ptr_long()).get(ids);
    for (int row = 0; row < guests.size(); row++) {
      List<Token.Likely> own = new ArrayList<>();
      for (int i = 0; i < Math.min(most, guests.get(row).party().wanted().top()); i++) {
        own.add(new Token.Likely((int) ids[row * most + i], values[row * most + i]));
      }
      out.add(own);
    }
    return out;
  }
}
