package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An adapter at the embedding that is undone before the output embedding: MAD-X, for languages. */
@Doc("An adapter at the embedding, undone before the head (MAD-X, for languages)")
public sealed interface Invertible {
  /** The new adapter, or none. */
  Optional<NiceCoupling> make(Insets make, Nonlinearity act);

  /** AdapterHub's inv_adapter_reduction_factor. */
  Optional<Double> reduction();

  /** None. */
  @Doc("No such adapter")
  record None() implements Invertible {
    @Override
    public Optional<NiceCoupling> make(Insets make, Nonlinearity act) {
      return Optional.empty();
    }

    @Override
    public Optional<Double> reduction() {
      return Optional.empty();
    }
  }

  /** {@link NiceCoupling}. */
  @Shorthand
  @Doc("A coupling of the embedding's two halves (NICE)")
  record Nice(@Doc("The halves' width is divided by it in the middle") @Default("2") double by)
      implements Invertible {
    public Nice {
      Check.above("invertible.nice", 0, by);
    }

    @Override
    public Optional<NiceCoupling> make(Insets make, Nonlinearity act) {
      long hidden = make.hidden();
      long half = hidden / 2;
      return Optional.of(
          new NiceCoupling(
              bottle(make, "F", hidden - half, half, act),
              bottle(make, "G", half, hidden - half, act),
              half));
    }

    private NiceCoupling.Bottle bottle(
        Insets make, String name, long in, long out, Nonlinearity act) {
      long middle = Width.Reduced.floor(in, by);
      String at = make.invertible() + name;
      return new NiceCoupling.Bottle(
          Maps.Plain.dense(make, at + ".0", MapStart.BERT.down(make.compute(), middle, in)),
          act,
          Maps.Plain.dense(make, at + ".2", MapStart.BERT.up(make.compute(), out, middle)));
    }

    @Override
    public Optional<Double> reduction() {
      return Optional.of(by);
    }
  }

  /** Puts a coupling at the embedding of the first stack, and its inverse before the head. */
  static List<Change<?>> changes(Model model, NiceCoupling coupling) {
    List<Change<?>> out = new ArrayList<>();
    out.add(new Change<>(model.frame().stacks().get(0).entry(), coupling::forward));
    Slot head = model.frame().head();
    if (head != null) {
      if (head.base() instanceof Linear map && map.in() != model.config().hiddenSize()) {
        throw new UserError(
            "an invertible adapter cannot be undone before a head of another width (%d, the model has %d); set invertible: none"
                .formatted(map.in(), model.config().hiddenSize()));
      }
      out.add(new Change<>(model.frame().exit(), coupling::inverse));
    }
    return out;
  }
}
