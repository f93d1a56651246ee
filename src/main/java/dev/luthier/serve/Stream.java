package dev.luthier.serve;

import dev.luthier.rollout.Token;
import dev.luthier.serve.Reply.Event;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A reply as server-sent events: a piece for each token, or for several where the client reads more
 * slowly than they come. An error before the first piece is a status, later it is an event.
 */
final class Stream {
  /** Seconds until a client that waits is told so, which shows whether it is there. */
  private static final double SILENCE = 10;

  private final HttpServletResponse response;
  private final Written written;
  private final Form form;
  private final Consumer<String> err;
  private final List<Token> pending = new ArrayList<>();
  private int of; // the choice of those that are pending
  private boolean begun;
  private boolean unsent;

  /**
   * @param err hears of faults after the first piece
   */
  Stream(Context ctx, Written written, Consumer<String> err) {
    this.response = ctx.res();
    this.written = written;
    this.err = err;
    this.form = written.job().form();
  }

  /**
   * @throws IOException if the client is gone
   * @throws ApiError before anything was sent
   */
  void send() throws IOException, InterruptedException {
    try {
      while (!written.ended()) {
        boolean silent = pending.isEmpty() && !unsent;
        @Nullable Event event = written.take(silent ? SILENCE : 0);
        if (event == null && silent) {
          begin();
          write(": waiting\n\n");
        } else {
          event(event);
        }
        if (event == null) {
          flush();
        }
      }
      if (written.job().settings().usage()) {
        Map<String, @Nullable Object> last = written.begin(form.piece());
        last.put("choices", List.of());
        last.put("usage", written.usage());
        data(last);
      }
      write("data: [DONE]\n\n");
      flush();
    } catch (RuntimeException e) {
      if (!begun) {
        throw e;
      }
      failed(e);
    }
  }

  private void event(@Nullable Event event) throws IOException {
    if (event instanceof Event.Said said) {
      if (said.sample() != of) {
        part(Optional.empty());
        of = said.sample();
      }
      pending.add(said.token());
    } else if (event instanceof Event.Ended ended) {
      if (ended.sample() != of) {
        part(Optional.empty());
        of = ended.sample();
      }
      part(Optional.of(written.choices().get(of).finish()));
    } else {
      part(Optional.empty());
    }
  }

  /** Sends what is pending of a choice. */
  private void part(Optional<String> finish) throws IOException {
    begin();
    String text = String.join("", pending.stream().map(Token::text).toList());
    if (finish.isPresent() || !text.isEmpty() || (form.logprobs() && !pending.isEmpty())) {
      choice(form.part(written.head(), of, List.copyOf(pending), text, finish));
    }
    pending.clear();
  }

  private void begin() throws IOException {
    if (begun) {
      return;
    }
    begun = true;
    response.setStatus(200);
    response.setContentType("text/event-stream; charset=utf-8");
    response.setHeader("Cache-Control", "no-cache");
    for (int i = 0; i < written.choices().size(); i++) {
      Optional<Map<String, @Nullable Object>> opening = form.opening(i);
      if (opening.isPresent()) {
        choice(opening.get());
      }
    }
  }

  private void choice(Map<String, @Nullable Object> choice) throws IOException {
    Map<String, @Nullable Object> out = written.begin(form.piece());
    out.put("choices", List.of(choice));
    if (written.job().settings().usage()) {
      out.put("usage", null);
    }
    data(out);
  }

  private void failed(RuntimeException why) throws IOException {
    ApiError told = Faults.told(why);
    if (told.status() >= 500 && !(why instanceof ApiError)) {
      err.accept("the stream of %s failed: %s".formatted(written.head().id(), why));
    }
    data(told.body());
    flush();
  }

  private void data(Object json) throws IOException {
    write("data: " + Json.text(json) + "\n\n");
  }

  private void write(String text) throws IOException {
    out().write(text.getBytes(StandardCharsets.UTF_8));
    unsent = true;
  }

  private void flush() throws IOException {
    response.flushBuffer();
    unsent = false;
  }

  private ServletOutputStream out() throws IOException {
    return response.getOutputStream();
  }
}
