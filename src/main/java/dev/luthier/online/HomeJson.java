package dev.luthier.online;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** The JSON files of a home: indented, times as text (ISO 8601), no key that is not known. */
final class HomeJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, new WritesTime())
                  .addDeserializer(Instant.class, new ReadsTime()))
          .build();

  private HomeJson() {}

  private static final class WritesTime extends JsonSerializer<Instant> {
    @Override
    public void serialize(Instant value, JsonGenerator to, SerializerProvider with)
        throws IOException {
      to.writeString(value.toString());
    }
  }

  private static final class ReadsTime extends JsonDeserializer<Instant> {
    @Override
    public Instant deserialize(JsonParser from, DeserializationContext with) throws IOException {
      String text = from.getValueAsString("");
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw InvalidFormatException.from(from, "no time: " + text, text, Instant.class);
      }
    }
  }

  /** A record of JSON's kinds. */
  static byte[] bytes(Record value) {
    try {
      return (MAPPER.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same in one line. */
  static String line(Record value) {
    try {
      return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Puts it in the place of the old file at once. */
  static void write(Path file, Record value) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UserError("cannot make %s: %s".formatted(file, UserError.reason(e)), e);
    }
    AtomicFile.write(file, bytes(value));
  }

  /**
   * @throws UserError if it is missing, or not what {@link #write} leaves
   */
  static <R extends Record> R read(Path file, Class<R> type) {
    try {
      return MAPPER.readValue(Files.readAllBytes(file), type);
    } catch (JsonProcessingException e) {
      Throwable why = e.getCause() instanceof UserError ? e.getCause() : e;
      throw new UserError(
          "%s is not as it was written: %s; put back the file as it was"
              .formatted(file, UserError.reason(why)),
          e);
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }
}
