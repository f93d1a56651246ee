package dev.luthier.judge;

import dev.luthier.tensor.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A judge with flaws of known size, the stand-in for a strong one. Of every pair one of four things
 * is drawn, always the same for the same pair, whichever answer is named first: it takes what is
 * shown first, whatever it is; it takes the longer answer; it is wrong; or it says what is true.
 *
 * @param truth what is true
 * @param position the share of pairs of which it takes the first shown
 * @param length the share of pairs of which it takes the longer answer
 * @param error how often it is wrong about the others
 */
public record FlawedJudge(Judge truth, double error, double position, double length, long seed)
    implements Judge {
  private static final int FLAW = 1;
  private static final int WRONG = 2;

  @Override
  public List<Optional<Opinion>> of(List<Pair> pairs) {
    List<Optional<Opinion>> all = truth.of(pairs);
    List<Optional<Opinion>> out = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      Pair pair = pairs.get(i);
      out.add(all.get(i).map(opinion -> said(pair, opinion)));
    }
    return out;
  }

  private Opinion said(Pair pair, Opinion right) {
    double flaw = draw(pair, FLAW);
    if (flaw < position) {
      return new Opinion(1, 0);
    }
    int longer = Integer.compare(pair.a().said().length(), pair.b().said().length());
    if (flaw < position + length && longer != 0) {
      return Opinion.of((1 + longer) / 2.0);
    }
    return draw(pair, WRONG) < error ? new Opinion(1 - right.ahead(), 1 - right.behind()) : right;
  }

  /** From 0 to 1, the same in both orders. */
  private double draw(Pair pair, int what) {
    long ours = pair.text().hashCode();
    long theirs = pair.swapped().text().hashCode();
    return (Seed.of(seed, what, Math.min(ours, theirs), Math.max(ours, theirs)) >>> 11) * 0x1.0p-53;
  }

  @Override
  public boolean ordered() {
    return position > 0;
  }

  @Override
  public String identity() {
    return "flawed %s %s %s %d of %s".formatted(error, position, length, seed, truth.identity());
  }

  @Override
  public void close() {
    truth.close();
  }
}
