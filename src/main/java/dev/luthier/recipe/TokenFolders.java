package dev.luthier.recipe;

import dev.luthier.data.AddedToken;
import dev.luthier.data.TokenizerFiles;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** A model with more tokens than it came with. */
public final class TokenFolders {
  private TokenFolders() {}

  /**
   * Writes a model folder that knows more tokens: they are in its tokenizer, and table and output
   * embedding have rows for them, tied or not.
   *
   * @param special whether they are control tokens, which decoding may leave out
   * @throws UserError if the target holds files, or a token is known already
   */
  public static void add(
      Path model, List<String> tokens, boolean special, Path into, PrintWriter out) {
    AdapterFolders.refuseFull(into);
    TokenizerFiles files = TokenizerFiles.read(model);
    TokenizerFiles more = files.add(tokens.stream().map(t -> AddedToken.of(t, special)).toList());
    try (ModelFolder folder = ModelFolder.open(model);
        Model loaded = Models.load(folder.path(), Compute.CPU)) {
      if (loaded.packed()) {
        throw new UserError(
            "%s is quantised; add tokens to the model that it was made from, then quantise"
                .formatted(model));
      }
      int rows = Math.max(loaded.config().vocabSize(), more.rows());
      AtomicDirectory.write(
          into,
          dir -> {
            loaded.save(dir, folder.storedType(), rows);
            folder.copyCompanions(dir);
            more.write(dir);
          });
      tokens.forEach(t -> out.printf("%-24s%d%n", t, more.id(t)));
      out.printf("rows      %d -> %d%n", loaded.config().vocabSize(), rows);
      out.println("saved     " + into);
      out.flush();
    }
  }
}
