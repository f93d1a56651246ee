package dev.luthier.online;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.feedback.FeedbackStores;
import dev.luthier.rater.Filter;
import dev.luthier.recipe.LearnsFrom;
import dev.luthier.recipe.ModelSpec;
import dev.luthier.recipe.Recipes;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the cycle reads of the recipe that it shares with the server. */
@Doc("A model that is served and learns from feedback")
public record CycleRecipe(
    @Doc("The model without adapters: version v0000") ModelSpec model,
    @Doc("The folder of versions, cycles and the database") @Default("serve-home") Path home,
    @Doc("Where feedback is kept") @Default("{}") Kept feedback,
    @Doc("What of it is learnt from") @Default("{}") Filter filter,
    @Doc("The cycle") OnlineSpec online) {

  /** Where feedback is kept. */
  @Doc("Where feedback is kept, and how long")
  public record Kept(
      @Doc("jdbc:sqlite:FILE or jdbc:postgresql://...; unset: feedback.db in the home")
          Optional<String> url,
      @Doc("After how many days answers and feedback are deleted; unset: never")
          Optional<Integer> retentionDays) {
    public Kept {
      retentionDays.ifPresent(days -> Check.atLeast("feedback.retention_days", 1, days));
    }

    /** The store's database. */
    public String url(Path home) {
      return url.orElse(FeedbackStores.defaultUrl(home));
    }
  }

  public CycleRecipe {
    if (model.path().toString().isEmpty()) {
      throw new UserError("model must name a folder");
    }
    LearnsFrom.of(online.tune().keys(), "online.tune");
    if (String.valueOf(online.tune().keys().get("peft")).matches("\\{?full\\b.*")) {
      throw new UserError(
          "online.tune.peft must be an adapter, such as lora: versions are adapters of one model; was full");
    }
    online
        .reward()
        .ifPresent(
            draft -> {
              if (LearnsFrom.of(draft.keys(), "online.reward") != LearnsFrom.PAIRS) {
                throw new UserError("online.reward.method must be reward");
              }
            });
  }

  String url() {
    return feedback.url(home);
  }

  /**
   * A recipe with the file that it comes from.
   *
   * @param tree as plain data, with overrides, without what the server alone reads
   */
  public record Told(CycleRecipe recipe, Map<String, Object> tree, Path file) {
    /**
     * @throws UserError if anything is wrong
     */
    public static Told read(Path file, List<String> overrides) {
      return of(Recipes.tree(file, overrides, CycleRecipe.class), file);
    }

    /** One that was kept as a text. */
    static Told kept(String text, Path file) {
      return of(Recipes.plain(text, file.toString()), file);
    }

    private static Told of(Map<String, Object> all, Path file) {
      Map<String, Object> tree = new LinkedHashMap<>(all);
      tree.remove("http"); // the server's
      Told out = new Told(Recipes.bound(tree, file, CycleRecipe.class), tree, file);
      if (out.recipe.online().reward().isEmpty() && out.text().contains("${reward.")) {
        throw new UserError(
            "%s: ${reward.adapter} is that of a reward model, but there is no online.reward; add it, or name another one"
                .formatted(file));
      }
      return out;
    }

    /**
     * @throws UserError if a file is missing that the gate reads, before anybody trains
     */
    void check() {
      Recipes.checkPaths("online.gate", recipe.online().gate());
    }

    String text() {
      return Recipes.text(tree);
    }
  }
}
