package dev.luthier.serve;

import dev.luthier.feedback.FeedbackStore;
import dev.luthier.online.Cycles;
import dev.luthier.online.Versions;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;

/**
 * The page that people use, and what it asks the server for beside OpenAI's API and the feedback:
 * pairs, the quarantine, raters, versions, cycles, runs.
 */
final class PageRoutes implements Routes {
  /** Where the trainings of cycles keep their metrics, in the home. */
  private static final String RUNS = "cycles";

  private final List<Routes> parts;

  private PageRoutes(List<Routes> parts) {
    this.parts = parts;
  }

  /**
   * @param home the folder of versions and cycles
   * @param body reads what is posted
   */
  static PageRoutes of(FeedbackStore store, Path home, Body body) {
    return new PageRoutes(
        List.of(
            new PageFiles(),
            new PairRoutes(ctx -> store.pair(rater(ctx, store)), new SecureRandom()),
            new ReviewRoutes(store, body, Clock.systemUTC()),
            new VersionRoutes(new Versions(home), body),
            new CycleRoutes(new Cycles(home)),
            new RunRoutes(new RunFolders(home.resolve(RUNS)))));
  }

  private static String rater(Context ctx, FeedbackStore store) {
    String name = ctx.header(FeedbackRoutes.RATER);
    if (name == null || name.isBlank()) {
      throw ApiError.wrong(
          FeedbackRoutes.RATER,
          "the header %s is missing; it says who labels".formatted(FeedbackRoutes.RATER));
    }
    return store.pseudonym(name.strip());
  }

  @Override
  public void add(RoutesConfig routes) {
    parts.forEach(part -> part.add(routes));
  }
}
