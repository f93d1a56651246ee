package dev.luthier;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * A hub on loopback with one repository, {@code acme/tiny}: the API, {@code resolve}, and on
 * another port the network that delivers large files. It can be told to go wrong.
 */
public final class HubServer implements AutoCloseable {
  public static final String ID = "acme/tiny";
  public static final String FIRST = "1".repeat(40);
  public static final String SECOND = "2".repeat(40);

  /** A question that came. */
  public record Seen(
      String who, String path, Optional<String> range, Optional<String> authorization) {}

  /** What a right answer with a file would be. */
  public record Right(HttpExchange exchange, byte[] content, int from) {
    public Headers headers() {
      return exchange.getResponseHeaders();
    }

    public void send(int bytes) throws IOException {
      int length = content.length - from;
      if (from > 0) {
        headers()
            .set(
                "Content-Range",
                "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
      }
      if (exchange.getRequestMethod().equals("HEAD")) { // as huggingface_hub asks
        headers().set("Content-Length", String.valueOf(length));
        exchange.sendResponseHeaders(200, -1);
        return;
      }
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, length == 0 ? -1 : length);
      OutputStream out = exchange.getResponseBody();
      out.write(content, from, Math.min(bytes, length));
      out.flush();
    }
  }

  /** Answers instead of the server. */
  public interface Fault {
    void answer(Right right) throws IOException;
  }

  private final Map<String, Map<String, byte[]>> commits = new ConcurrentHashMap<>();
  private final Map<String, String> refs = new ConcurrentHashMap<>();
  private final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
  private final List<Seen> seen = new ArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer hub = server("hub");
  private final HttpServer cdn = server("cdn");
  private volatile Optional<String> token = Optional.empty();
  private volatile int pageSize = 1000;

  public HubServer() {
    refs.put("main", FIRST);
    commits.put(FIRST, new TreeMap<>());
  }

  private HttpServer server(String who) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(threads);
      server.createContext("/", exchange -> handle(who, exchange));
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String endpoint() {
    return address(hub);
  }

  private static String address(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The environment of a process that uses this hub. */
  public Map<String, String> environment(Path home) {
    return Map.of("HF_ENDPOINT", endpoint(), "HF_HOME", home.toString());
  }

  public HubServer file(String commit, String path, byte[] content) {
    commits.computeIfAbsent(commit, c -> new TreeMap<>()).put(path, content);
    return this;
  }

  public HubServer text(String path, String content) {
    return file(FIRST, path, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Serves the files of a folder. */
  public HubServer folder(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        file(FIRST, file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return this;
  }

  public HubServer ref(String name, String commit) {
    refs.put(name, commit);
    return this;
  }

  /** Refuses whoever does not send this. */
  public HubServer token(String wanted) {
    token = Optional.of(wanted);
    return this;
  }

  public HubServer pages(int entries) {
    pageSize = entries;
    return this;
  }

  /**
   * Goes wrong once; faults for the same place come in the order of the calls.
   *
   * @param where "hub " or "cdn " and what the path ends with
   */
  public HubServer fault(String where, Fault fault) {
    faults.computeIfAbsent(where, w -> new ArrayDeque<>()).add(fault);
    return this;
  }

  public HubServer faults(String where, int times, Fault fault) {
    for (int i = 0; i < times; i++) {
      fault(where, fault);
    }
    return this;
  }

  /** Only an error. */
  public static Fault status(int status, String... headers) {
    return right -> {
      for (int i = 0; i < headers.length; i += 2) {
        right.headers().set(headers[i], headers[i + 1]);
      }
      right.exchange().sendResponseHeaders(status, -1);
    };
  }

  /** Breaks off after some bytes. */
  public static Fault cut(int bytes) {
    return right -> right.send(bytes);
  }

  /** Sends some bytes, then nothing more. */
  public Fault stall(int bytes) {
    return right -> {
      right.send(bytes);
      closingBegins();
    };
  }

  /** Does not answer at all. */
  public Fault silence() {
    return right -> closingBegins();
  }

  private void closingBegins() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets go of whoever stalls. */
  public void goOn() {
    closing.countDown();
  }

  public List<Seen> seen() {
    synchronized (seen) {
      return List.copyOf(seen);
    }
  }

  public List<Seen> seen(String who) {
    return seen().stream().filter(s -> s.who().equals(who)).toList();
  }

  private void handle(String who, HttpExchange exchange) throws IOException {
    try (exchange) {
      Headers headers = exchange.getRequestHeaders();
      String path = exchange.getRequestURI().getPath();
      Optional<String> authorization = Optional.ofNullable(headers.getFirst("Authorization"));
      Optional<String> range = Optional.ofNullable(headers.getFirst("Range"));
      synchronized (seen) {
        seen.add(new Seen(who, path, range, authorization));
      }
      if (who.equals("hub")
          && token.isPresent()
          && !authorization.equals(token.map(t -> "Bearer " + t))) {
        status(401, "X-Error-Code", "RepoNotFound").answer(new Right(exchange, new byte[0], 0));
      } else if (path.startsWith("/api/models/")) {
        api(exchange, path);
      } else {
        int from = range.map(r -> Integer.parseInt(r.replaceAll("bytes=|-", ""))).orElse(0);
        if (who.equals("hub")) {
          resolve(exchange, path, from);
        } else {
          String[] parts = path.split("/", 3);
          content(exchange, "cdn", parts[2], commits.get(parts[1]).get(parts[2]), from);
        }
      }
    }
  }

  private Optional<Fault> fault(String where) {
    return faults.entrySet().stream()
        .filter(e -> where.startsWith(e.getKey().substring(0, 4)))
        .filter(e -> where.endsWith(e.getKey().substring(4)))
        .flatMap(
            e -> {
              synchronized (e.getValue()) {
                return Stream.ofNullable(e.getValue().poll());
              }
            })
        .findFirst();
  }

  private void api(HttpExchange exchange, String path) throws IOException {
    Optional<Fault> fault = fault("hub " + path);
    if (fault.isPresent()) {
      fault.get().answer(new Right(exchange, "{}".getBytes(StandardCharsets.UTF_8), 0));
      return;
    }
    if (!path.startsWith("/api/models/" + ID + "/")) {
      status(401).answer(new Right(exchange, new byte[0], 0));
      return;
    }
    String[] parts = path.split("/", 7);
    String commit = refs.getOrDefault(parts[6], parts[6]);
    if (!commits.containsKey(commit)) {
      status(404, "X-Error-Code", "RevisionNotFound").answer(new Right(exchange, new byte[0], 0));
      return;
    }
    String json =
        parts[5].equals("revision")
            ? "{\"id\":\"%s\",\"sha\":\"%s\"}".formatted(ID, commit)
            : tree(exchange, commit);
    new Right(exchange, json.getBytes(StandardCharsets.UTF_8), 0).send(Integer.MAX_VALUE);
  }

  private String tree(HttpExchange exchange, String commit) {
    String query = exchange.getRequestURI().getQuery();
    int page = query.contains("cursor=") ? Integer.parseInt(query.replaceAll(".*cursor=", "")) : 0;
    List<Map.Entry<String, byte[]>> all = List.copyOf(commits.get(commit).entrySet());
    int end = Math.min((page + 1) * pageSize, all.size());
    if (end < all.size()) {
      String next =
          "%s%s?recursive=true&cursor=%d"
              .formatted(endpoint(), exchange.getRequestURI().getRawPath(), page + 1);
      exchange.getResponseHeaders().set("Link", "<%s>; rel=\"next\"".formatted(next));
    }
    List<String> entries = new ArrayList<>();
    entries.add(
        "{\"type\":\"directory\",\"oid\":\"%s\",\"size\":0,\"path\":\"x\"}".formatted(FIRST));
    for (Map.Entry<String, byte[]> e : all.subList(page * pageSize, end)) {
      byte[] content = e.getValue();
      String lfs =
          isLarge(e.getKey())
              ? ",\"lfs\":{\"oid\":\"%s\",\"size\":%d,\"pointerSize\":133}"
                  .formatted(sha256(content), content.length)
              : "";
      entries.add(
          "{\"type\":\"file\",\"oid\":\"%s\",\"size\":%d,\"path\":\"%s\"%s}"
              .formatted(blobId(content), content.length, e.getKey(), lfs));
    }
    return entries.toString();
  }

  private void resolve(HttpExchange exchange, String path, int from) throws IOException {
    String[] parts = path.split("/", 6); // "", acme, tiny, resolve, commit, file
    byte[] content =
        parts.length < 6 ? null : commits.getOrDefault(parts[4], Map.of()).get(parts[5]);
    Headers headers = exchange.getResponseHeaders();
    if (content == null) {
      status(404, "X-Error-Code", "EntryNotFound").answer(new Right(exchange, new byte[0], 0));
      return;
    }
    headers.set("X-Repo-Commit", parts[4]);
    if (!isLarge(parts[5])) {
      headers.set("ETag", "\"%s\"".formatted(blobId(content)));
      content(exchange, "hub", parts[5], content, from);
      return;
    }
    headers.set("ETag", "\"of-the-redirect\"");
    headers.set("X-Linked-Etag", "\"%s\"".formatted(sha256(content)));
    headers.set("X-Linked-Size", String.valueOf(content.length));
    headers.set("Location", "%s/%s/%s".formatted(address(cdn), parts[4], parts[5]));
    Optional<Fault> fault = fault("hub " + parts[5]);
    if (fault.isPresent()) {
      fault.get().answer(new Right(exchange, content, from));
    } else {
      exchange.sendResponseHeaders(302, -1);
    }
  }

  private void content(HttpExchange exchange, String who, String path, byte[] content, int from)
      throws IOException {
    Right right = new Right(exchange, content, from);
    Optional<Fault> fault = fault(who + " " + path);
    if (fault.isPresent()) {
      fault.get().answer(right);
    } else {
      right.send(Integer.MAX_VALUE);
    }
  }

  private static boolean isLarge(String path) {
    return path.endsWith(".safetensors");
  }

  public static String sha256(byte[] content) {
    return hash("SHA-256", content);
  }

  /** What git calls a content. */
  public static String blobId(byte[] content) {
    byte[] head = "blob %d\0".formatted(content.length).getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return hash("SHA-1", all);
  }

  private static String hash(String name, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(name).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    hub.stop(0);
    cdn.stop(0);
    threads.shutdownNow();
  }
}
