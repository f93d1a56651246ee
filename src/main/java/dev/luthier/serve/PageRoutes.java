package dev.luthier.serve;

import dev.luthier.feedback.FeedbackStore;
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
  private final List<Routes> parts;

  private PageRoutes(List<Routes> parts) {
    this.parts = parts;
  }

  /**
   * @param runs the folder under which training runs keep their metrics
   * @param body reads what is posted
   */
  static PageRoutes of(
      FeedbackStore store, Versions versions, Cycles cycles, Path runs, Body body) {
    return new PageRoutes(
        List.of(
            new PageFiles(),
            new PairRoutes(ctx -> store.pair(rater(ctx, store)), new SecureRandom()),
            new ReviewRoutes(store, body, Clock.systemUTC()),
            new VersionRoutes(versions, body),
            new CycleRoutes(cycles),
            new RunRoutes(new RunFolders(runs))));
  }

  private static String rater(Context ctx, FeedbackStore store) {
    String name = ctx.header("Luthier-Rater");
    if (name == null || name.isBlank()) {
      throw ApiError.wrong("Luthier-Rater", "the header Luthier-Rater must name who labels");
    }
    return store.pseudonym(name.strip());
  }

  @Override
  public void add(RoutesConfig routes) {
    parts.forEach(part -> part.add(routes));
  }
}
