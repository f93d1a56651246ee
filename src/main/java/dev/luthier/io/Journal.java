package dev.luthier.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was found out, by what was asked: a file of JSON lines that only grows. Every line is
 * written at once, so a process that is killed leaves all lines before the last one whole, and half
 * a last line is passed over by the next start. Safe for several threads.
 */
public final class Journal implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEGINNING = "{\"key\":";

  private final Path file;
  private final FileChannel channel;
  private final Map<String, JsonNode> known = new ConcurrentHashMap<>();

  private Journal(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Reads what is there, and makes the file with its folders where it is not.
   *
   * @throws UserError if it cannot be read or written, or it is another kind of file
   */
  public static Journal open(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE);
      Journal out = new Journal(file, channel);
      out.read();
      return out;
    } catch (IOException e) {
      throw new UserError("cannot open " + DiskErrors.reason(file, e), e);
    }
  }

  private void read() throws IOException {
    String text = Files.readString(file);
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (!lines[i].isBlank()) {
        entry(lines[i], i + 1);
      }
    }
    if (!text.isEmpty() && !text.endsWith("\n")) {
      write("\n"); // half a line of a process that was killed
    }
  }

  private void entry(String line, int number) {
    try {
      JsonNode entry = JSON.readTree(line);
      if (entry.path("key").isTextual() && entry.has("value")) {
        known.put(entry.get("key").asText(), entry.get("value"));
        return;
      }
    } catch (JsonProcessingException e) {
      // as any other line that is no entry
    }
    if (!line.startsWith(BEGINNING) && !BEGINNING.startsWith(line)) { // else it is half an entry
      throw new UserError(
          "%s line %d is no entry of a journal; move the file away, or name another"
              .formatted(file, number));
    }
  }

  /** What is known of a question. */
  public Optional<JsonNode> find(String key) {
    return Optional.ofNullable(known.get(key));
  }

  /** Keeps an answer. */
  public void add(String key, JsonNode value) {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("key", key).set("value", value);
    try {
      write(entry + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + DiskErrors.reason(file, e), e);
    }
    known.put(key, value);
  }

  /** How many answers are known. */
  public int size() {
    return known.size();
  }

  private synchronized void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The key of a question: SHA-256 of its text. */
  public static String key(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + DiskErrors.reason(file, e), e);
    }
  }
}
