package dev.luthier.recipe;

import dev.luthier.data.Tokenizer;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.ModelConfig;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;

/** A frozen model that reads the tokens of another one. */
final class Teacher {
  private static final int LOOKED_AT = 512;

  private Teacher() {}

  /**
   * @param folder the student's
   * @throws UserError if the teacher's tokens are others
   */
  static void check(Path named, ModelFolder folder) {
    Path path = ModelPlace.folder(named);
    int own = folder.config().vocabSize();
    int theirs = ModelConfig.read(path).vocabSize();
    if (own != theirs) {
      throw new UserError(
          "method.distill.teacher has rows for %d tokens, but the model for %d, so their scores cannot be compared; take a teacher of the same family"
              .formatted(theirs, own));
    }
    try (Tokenizer tokens = Tokenizer.load(path)) {
      int step = Math.max(1, own / LOOKED_AT);
      for (int id = 0; id < Math.min(tokens.vocabularySize(), own); id += step) {
        int[] one = {id};
        String mine = folder.tokenizer().decode(one, false);
        if (!tokens.decode(one, false).equals(mine)) {
          throw new UserError(
              "method.distill.teacher has another tokenizer than the model: token %d is \"%s\" there, not \"%s\"; take a teacher with the model's own"
                  .formatted(id, tokens.decode(one, false), mine));
        }
      }
    }
  }

  static CausalLm load(Path named, Compute compute) {
    CausalLm out = CausalLm.load(ModelPlace.folder(named), compute);
    out.parameters().forEach(p -> p.trainable(false));
    return out;
  }

  /** What its weights take. */
  static long bytes(Path named, Compute compute) {
    try (CausalLm model = CausalLm.load(ModelPlace.folder(named), compute.withoutWeights())) {
      return Held.of(model).weights();
    }
  }
}
