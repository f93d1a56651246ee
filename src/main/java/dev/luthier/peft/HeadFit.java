package dev.luthier.peft;

import dev.luthier.model.HeadPlaces.Kind;
import dev.luthier.model.HeadPlaces.Layer;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How several heads are written as one so that, on texts, little of them is lost. */
public sealed interface HeadFit permits HeadAlignment, HeadComponents {
  /**
   * The maps of each head.
   *
   * @param kind keys or values
   * @param layer what stands behind them
   */
  List<HeadTurns.Turn> of(MergedHeads heads, Kind kind, Layer layer);

  /**
   * What was found for all groups of all layers.
   *
   * @param keys how much of the keys' squares the new heads keep
   * @param values the same of values
   */
  record Found(HeadTurns turns, Kept keys, Kept values) {}

  /**
   * Shares of the squares: 1 less what is lost.
   *
   * @param before of the mean of heads as they lie
   */
  record Kept(double before, double after) {}

  /** From what was seen on texts; the maps are those of the caller, to be closed. */
  default Found of(HeadMoments seen) {
    Map<HeadTurns.At, HeadTurns.Turn> out = new HashMap<>();
    double[] keys = new double[3];
    double[] values = new double[3];
    seen.sums()
        .forEach(
            (of, sum) -> {
              try (Scope scope = new Scope()) {
                Layer layer = seen.places().layers().get(of.layer());
                List<HeadGroups.Source> sources = seen.groups().sources(of.group());
                MergedHeads heads = new MergedHeads(sum, sources, seen.places().width());
                List<HeadTurns.Turn> turns = of(heads, of.kind(), layer);
                double[] squares = of.kind() == Kind.KEY ? keys : values;
                squares[0] += heads.squares(asTheyLie(heads));
                squares[1] += heads.squares(turns);
                squares[2] += heads.all();
                for (int a = 0; a < turns.size(); a++) {
                  HeadTurns.At at =
                      new HeadTurns.At(of.layer(), of.kind(), of.group(), sources.get(a).head());
                  Tensor there = turns.get(a).there().to(ScalarType.Float);
                  Tensor back = turns.get(a).back().to(ScalarType.Float).contiguous();
                  out.put(at, new HeadTurns.Turn(scope.keep(there), scope.keep(back)));
                }
              }
            });
    return new Found(new HeadTurns(out), kept(keys), kept(values));
  }

  private static Kept kept(double[] squares) {
    return new Kept(squares[0] / squares[2], squares[1] / squares[2]);
  }

  private static List<HeadTurns.Turn> asTheyLie(MergedHeads heads) {
    List<HeadTurns.Turn> out = new ArrayList<>();
    Tensor eye = torch.eye(heads.width(), heads.sums().options());
    for (int a = 0; a < heads.count(); a++) {
      out.add(new HeadTurns.Turn(eye.mul(new Scalar(heads.share(a))), eye));
    }
    return out;
  }
}
