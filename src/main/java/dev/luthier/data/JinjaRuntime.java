package dev.luthier.data;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.List;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.IOAccess;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.jspecify.annotations.Nullable;

/**
 * The Jinja engine: {@code @huggingface/jinja}, unmodified, on GraalJS, with the scripts beside it
 * that give it the rules of jinja2 3.1 and of Python where the library differs from them.
 *
 * <p>One context serves the whole process and is entered by one thread at a time. It has no access
 * to Java, files or the network and holds no native memory, so it lives as long as the process. It
 * starts with the first template (about two seconds).
 */
final class JinjaRuntime {

  /**
   * A template ready to render.
   *
   * @param place where the template is from, for messages
   * @param source its text
   * @param program the syntax tree, a value of the engine
   * @param generation whether it holds {% generation %} blocks
   */
  record Program(String place, String source, Value program, boolean generation) {}

  private static final String FOLDER = "jinja/";
  private static final List<String> SCRIPTS =
      List.of(
          "huggingface-jinja-0.5.11/index.cjs",
          "expressions.js",
          "lexer.js",
          "values.js",
          "json.js",
          "methods.js",
          "operators.js",
          "tests.js",
          "filters.js",
          "scopes.js",
          "runtime.js",
          "api.js");

  private static final class Shared {
    static final JinjaRuntime INSTANCE = new JinjaRuntime();
  }

  private final Value parse;
  private final Value render;

  private JinjaRuntime() {
    Engine engine = Engine.newBuilder("js").option("engine.WarnInterpreterOnly", "false").build();
    Context context =
        Context.newBuilder("js")
            .engine(engine)
            .allowHostAccess(HostAccess.NONE)
            .allowIO(IOAccess.NONE)
            .build();
    context.eval("js", "var module = { exports: {} };");
    for (String script : SCRIPTS) {
      context.eval(Source.newBuilder("js", read(script), script).buildLiteral());
    }
    parse = context.getBindings("js").getMember("parseTemplate");
    render = context.getBindings("js").getMember("render");
  }

  static JinjaRuntime shared() {
    return Shared.INSTANCE;
  }

  /**
   * Parses a template.
   *
   * @throws UserError naming the place, with the engine's reason
   */
  synchronized Program parse(String place, String source) {
    Value result = parse.execute(source);
    if (result.hasMember("error")) {
      throw new UserError(
          place + ": the chat template does not parse: " + result.getMember("error").asString());
    }
    boolean generation = result.getMember("generation").asBoolean();
    return new Program(place, source, result.getMember("program"), generation);
  }

  /**
   * Renders a template.
   *
   * @param variables the JSON text of {@link TemplateValues}
   * @param marks what to write before and after the text of a generation block
   * @throws UserError with the template's own message where it calls raise_exception; naming the
   *     place where it fails otherwise
   */
  synchronized String render(
      Program program, String variables, GenerationMarks marks, Clock clock) {
    ProxyExecutable strftimeNow =
        arguments -> Strftime.format(LocalDateTime.now(clock), arguments[0].asString());
    Value result;
    try {
      result =
          render.execute(program.program(), variables, marks.open(), marks.close(), strftimeNow);
    } catch (PolyglotException e) {
      throw failed(program, String.valueOf(e.getMessage()), e);
    }
    if (result.hasMember("raised")) {
      throw new UserError(result.getMember("raised").asString());
    }
    if (result.hasMember("error")) {
      throw failed(program, result.getMember("error").asString(), null);
    }
    return result.getMember("text").asString();
  }

  private static UserError failed(Program program, String reason, @Nullable Throwable cause) {
    String message = program.place() + ": the chat template fails on this conversation: " + reason;
    return cause == null ? new UserError(message) : new UserError(message, cause);
  }

  private static String read(String script) {
    try (InputStream in = JinjaRuntime.class.getResourceAsStream(FOLDER + script)) {
      if (in == null) {
        throw new IllegalStateException("the build lacks the resource " + FOLDER + script);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
