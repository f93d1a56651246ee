package dev.luthier.serve;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.online.CycleRecipe;
import dev.luthier.online.OnlineSpec;
import dev.luthier.rater.Filter;
import dev.luthier.recipe.LiveModel;
import dev.luthier.recipe.ModelSpec;
import dev.luthier.recipe.Recipes;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The recipe of a server, which the cycle reads too. */
@Doc("A model that is served and learns from feedback")
public record ServeRecipe(
    @Doc("The model without adapters: version v0000") ModelSpec model,
    @Doc("The folder of versions, cycles and the database") @Default("serve-home") Path home,
    @Doc("The server") @Default("{}") HttpSpec http,
    @Doc("Where feedback is kept") @Default("{}") CycleRecipe.Kept feedback,
    @Doc("What of it is learnt from") @Default("{}") Filter filter,
    @Doc("The cycle; unset: the model is served as it is") Optional<OnlineSpec> online) {
  public ServeRecipe {
    if (model.path().toString().isEmpty()) {
      throw new UserError("model must name a folder");
    }
  }

  /**
   * @param overrides {@code --key.path=value}
   * @throws UserError if the file cannot be read or says anything that is not understood
   */
  public static ServeRecipe read(Path file, List<String> overrides) {
    return Recipes.read(file, overrides, ServeRecipe.class);
  }

  /** How requests call the model that answers. */
  String served() {
    return http.name().orElseGet(() -> LiveModel.title(model));
  }

  /** The store's database. */
  String url() {
    return feedback.url(home);
  }
}
