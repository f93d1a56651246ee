package dev.luthier.serve;

import dev.luthier.feedback.Answer;
import dev.luthier.feedback.AnswerPair;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Pairs to be labelled: {@code GET /api/pairs/next}. Whoever labels learns neither which version
 * gave which answer nor which is the older: the sides are drawn.
 *
 * @param pairs from whoever asks to the next pair; empty where none waits
 * @param sides decides which answer comes first
 */
record PairRoutes(Function<Context, Optional<AnswerPair>> pairs, RandomGenerator sides)
    implements Routes {
  @Override
  public void add(RoutesConfig routes) {
    routes.get("/api/pairs/next", this::next);
  }

  private void next(Context ctx) {
    Optional<AnswerPair> pair = pairs.apply(ctx);
    if (pair.isEmpty()) {
      ctx.status(204);
      return;
    }
    Answer one = pair.get().a();
    Answer two = pair.get().b();
    List<Answer> shown = sides.nextBoolean() ? List.of(one, two) : List.of(two, one);
    Json.reply(
        ctx,
        200,
        Map.of("prompt", Shown.messages(one), "a", side(shown.get(0)), "b", side(shown.get(1))));
  }

  private static Map<String, String> side(Answer answer) {
    return Map.of("answer", answer.id(), "text", answer.text());
  }
}
