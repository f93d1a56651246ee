package dev.luthier.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import dev.luthier.recipe.LiveModel;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;

/** {@code POST /v1/chat/completions} and {@code POST /v1/completions}. */
record AnswerRoutes(
    Door door, Body body, Limits limits, Fleet fleet, Callers callers, Desk desk, Meters meters)
    implements Routes {
  /** The most of the likeliest tokens that are told, as OpenAI has it. */
  private static final int TOP = 20;

  @Override
  public void add(RoutesConfig routes) {
    routes.post("/v1/chat/completions", ctx -> counted(ctx, "chat", this::chat));
    routes.post("/v1/completions", ctx -> counted(ctx, "completions", this::completion));
  }

  @FunctionalInterface
  private interface Kind {
    void answer(Context ctx, Fields fields, long begun);
  }

  private void counted(Context ctx, String route, Kind kind) {
    int status = 500;
    try {
      Door.Inside inside = door.enter();
      Request.addCompletionListener( // the reply's last byte is sent, or the client is gone
          ServletContextRequest.getServletContextRequest(ctx.req()), failure -> inside.close());
      long begun = System.nanoTime();
      ObjectNode json = body.json(ctx);
      kind.answer(ctx, new Fields(json), begun);
      status = ctx.statusCode();
    } catch (RuntimeException e) {
      status = Faults.told(e).status();
      throw e;
    } finally {
      String version = ctx.res().getHeader("Luthier-Version");
      meters.request(route, status, version == null ? "" : version);
    }
  }

  private void chat(Context ctx, Fields fields, long begun) {
    Settings settings = Settings.read(fields, limits);
    List<Map<String, Object>> messages = Messages.read(fields.needed("messages"));
    boolean logprobs = fields.flag("logprobs");
    int top = fields.whole("top_logprobs", 0, TOP).map(Long::intValue).orElse(0);
    if (top > 0 && !logprobs) {
      throw ApiError.wrong("top_logprobs", "top_logprobs needs logprobs to be true");
    }
    fields.fields("response_format").ifPresent(f -> f.only("type", "text"));
    fields.nothing("tools", "functions");
    fields.only("tool_choice", "none", "auto");
    fields.refuseOthers();
    String who = messages.get(0).toString() + messages.get(Math.min(1, messages.size() - 1));
    answer(
        ctx,
        settings,
        new ChatForm(logprobs, top),
        new Asked("chat", Json.text(messages), who, "messages", begun),
        model -> {
          if (!model.chats()) {
            throw ApiError.wrong("model", "this model has no chat template; use /v1/completions");
          }
          return model.chat(messages);
        });
  }

  private void completion(Context ctx, Fields fields, long begun) {
    Settings settings = Settings.read(fields, limits);
    String prompt = prompt(fields.needed("prompt"));
    int top = fields.whole("logprobs", 0, 5).map(Long::intValue).orElse(-1);
    fields.nothing("echo", "suffix");
    if (fields.whole("best_of", 1, 16).filter(b -> b != settings.n()).isPresent()) {
      throw ApiError.unsupported("best_of", "best_of can only be n here");
    }
    fields.refuseOthers();
    List<Map<String, String>> messages = List.of(Map.of("role", "user", "content", prompt));
    answer(
        ctx,
        settings,
        new TextForm(top >= 0, Math.max(0, top)),
        new Asked("completion", Json.text(messages), prompt, "prompt", begun),
        model -> model.plain(prompt));
  }

  private static String prompt(JsonNode json) {
    JsonNode one = json.isArray() && json.size() == 1 ? json.get(0) : json;
    if (!one.isTextual()) {
      throw ApiError.unsupported("prompt", "prompt must be one text");
    }
    return one.textValue();
  }

  /**
   * @param who a conversation's beginning, which stays the same while it goes on
   * @param param that holds the prompt
   */
  private record Asked(String task, String messages, String who, String param, long begun) {}

  private void answer(
      Context ctx, Settings settings, Form form, Asked asked, Function<LiveModel, int[]> tokens) {
    String rater = callers.pseudonym(ctx, settings.user());
    Held held = fleet.hold(settings.model(), rater.isEmpty() ? asked.who() : rater);
    Job job;
    try {
      int[] prompt = tokens(held.loaded().model(), tokens, asked.param());
      int room = held.loaded().model().context() - prompt.length;
      if (room < 1 || settings.maxTokens().orElse(1) > room) {
        throw tooLong(held.loaded().model().context(), prompt.length, settings, asked.param());
      }
      Map<String, String> about = new LinkedHashMap<>(settings.about());
      about.put("task", asked.task());
      int most = Math.min(room, settings.maxTokens().orElse(limits.maxTokens()));
      about.put("max_tokens", Integer.toString(most));
      job =
          new Job(
              held, prompt, settings, form, most, asked.messages(), rater, about, asked.begun());
    } catch (RuntimeException e) {
      held.close();
      throw e;
    }
    desk.answer(ctx, job);
  }

  private static int[] tokens(LiveModel model, Function<LiveModel, int[]> of, String param) {
    try {
      return of.apply(model);
    } catch (UserError e) {
      throw ApiError.wrong(param, String.valueOf(e.getMessage()));
    }
  }

  private static ApiError tooLong(int context, int prompt, Settings settings, String param) {
    return ApiError.wrong(
        param,
        "context_length_exceeded",
        "the model's context is %d tokens; the prompt has %d%s"
            .formatted(
                context,
                prompt,
                settings.maxTokens().isPresent()
                    ? " and %d are asked for".formatted(settings.maxTokens().getAsInt())
                    : ""));
  }
}
