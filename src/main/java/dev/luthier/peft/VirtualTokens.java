package dev.luthier.peft;

import dev.luthier.model.Model;
import dev.luthier.model.Prompt;
import dev.luthier.model.Stack;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows of what a method computes, in front of the sequences of one stack. As in PEFT there are P
 * rows for every stack of the model. Letters: B sequences, P virtual tokens, E width of the table
 * of tokens.
 *
 * @param all the rows of all stacks
 * @param first the first of the stack's own rows
 * @param length P
 */
record VirtualTokens(Rows all, int first, int length) implements Prompt {
  /** (B or 1, P stacks, E) for B sequences. */
  @FunctionalInterface
  interface Rows {
    Tensor of(int sequences);
  }

  /** The name of what learns, as PEFT has it in memory. */
  static final String TABLE = "prompt_encoder.embedding.weight";

  /** The name of what it gives, in PEFT's file. */
  static final String GIVEN = "prompt_embeddings";

  /** What a method gives, of all its rows. */
  static Tensor given(Adapted<?> adapted) {
    return adapted.saved().stream()
        .filter(entry -> entry.name().equals(GIVEN))
        .map(entry -> entry.value().get())
        .findFirst()
        .orElseThrow();
  }

  @Override
  public Tensor rows(int sequences) {
    return all.of(sequences).narrow(1, first, length).expand(sequences, -1, -1);
  }

  /** How many rows a method has in all. */
  static int rows(int tokens, Model model) {
    return tokens * model.frame().stacks().size();
  }

  /** Virtual tokens before what the first stack reads: T5's decoder, as in PEFT, has none. */
  static List<Change<?>> before(Model model, int tokens, Rows all) {
    return List.of(change(model.frame().stacks().get(0), all, 0, tokens));
  }

  /** Virtual tokens before what every stack reads. */
  static List<Change<?>> beforeEach(Model model, int tokens, Rows all) {
    List<Change<?>> out = new ArrayList<>();
    for (Stack stack : model.frame().stacks()) {
      out.add(change(stack, all, tokens * out.size(), tokens));
    }
    return out;
  }

  private static Change<Prompt> change(Stack at, Rows all, int first, int tokens) {
    return new Change<>(at.prompt(), new VirtualTokens(all, first, tokens));
  }

  /** A table that learns and is what is given. */
  static Attachment table(Model model, int tokens, Tensor start) {
    Parameter table = new Parameter(TABLE, start);
    return Attachment.of(
            before(model, tokens, sequences -> table.value().unsqueeze(0)), List.of(table))
        .saving(List.of(Entry.of(GIVEN, table)));
  }
}
