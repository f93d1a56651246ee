package dev.luthier.io;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Whether what a hub sends is the file that it lists. */
final class HubCheck {
  private static final int BUFFER = 1 << 20;

  private HubCheck() {}

  /** Whether the hub's headers tell of the file that it lists. */
  static void version(int status, HttpHeaders headers, String commit, HubFile file)
      throws HubWrong {
    String at = headers.firstValue("X-Repo-Commit").orElse(commit);
    if (!at.equals(commit)) {
      throw new HubWrong("commit %s was asked for, %s came".formatted(commit, at));
    }
    String etag =
        headers
            .firstValue("X-Linked-Etag")
            .or(() -> headers.firstValue("ETag").filter(e -> status < 300))
            .map(e -> e.replaceAll("^(W/)?\"|\"$", ""))
            .orElse(file.etag());
    if (!etag.equals(file.etag())) {
      throw new HubWrong("the etag is %s, %s is listed".formatted(etag, file.etag()));
    }
    String size = headers.firstValue("X-Linked-Size").orElse(String.valueOf(file.size()));
    if (!size.equals(String.valueOf(file.size()))) {
      throw new HubWrong("the size is %s bytes, %,d are listed".formatted(size, file.size()));
    }
  }

  /** Where the answer begins in the file. */
  static long begin(HubHttp.Answer answer, long from, HubFile file) throws HubWrong {
    if (answer.status() == 200) {
      long length = answer.headers().firstValueAsLong("Content-Length").orElse(file.size());
      if (length != file.size()) {
        throw size(length, file);
      }
      return 0;
    }
    String range = answer.headers().firstValue("Content-Range").orElse("");
    String expected = "bytes %d-%d/".formatted(from, file.size() - 1);
    if (!range.equals(expected + file.size()) && !range.equals(expected + "*")) {
      throw new HubWrong("%s%d was asked for, %s came".formatted(expected, file.size(), range));
    }
    return from;
  }

  static HubWrong size(long bytes, HubFile file) {
    return new HubWrong("%,d bytes came, %,d are listed".formatted(bytes, file.size()));
  }

  /** Compares with SHA-256, or with git's SHA-1 of "blob SIZE\0" and the content. */
  static void content(Path part, HubFile file) throws IOException {
    try (InputStream in = Files.newInputStream(part)) {
      MessageDigest digest =
          MessageDigest.getInstance(file.sha256().isPresent() ? "SHA-256" : "SHA-1");
      if (file.sha256().isEmpty()) {
        digest.update("blob %d\0".formatted(file.size()).getBytes(StandardCharsets.US_ASCII));
      }
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      String hash = HexFormat.of().formatHex(digest.digest());
      if (!hash.equals(file.etag())) {
        throw new HubWrong("the content's hash is %s, %s is listed".formatted(hash, file.etag()));
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
