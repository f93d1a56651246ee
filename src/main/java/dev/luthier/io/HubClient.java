package dev.luthier.io;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The three questions that are asked of a hub: which commit, which files, this file. */
final class HubClient {
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
  private static final int LARGEST_ANSWER = 64 << 20;

  private final HubSettings settings;
  private final HubHttp http;

  HubClient(HubSettings settings) {
    this.settings = settings;
    this.http = new HubHttp(settings);
  }

  /** The commit that a name stands for now. */
  String commit(HubName name) throws HubCut, HubWrong, InterruptedException {
    URI uri = uri("/api/models/%s/revision/%s".formatted(name.id(), encoded(name.revision())));
    String sha = json(name, uri, new ArrayList<>()).path("sha").asText();
    if (!HubName.isCommit(sha) || (name.isCommit() && !sha.equals(name.revision()))) {
      throw new HubWrong(
          "%s: %s names no commit for %s; is HF_ENDPOINT a hub?"
              .formatted(name.id(), settings.endpoint(), name.revision()));
    }
    return sha;
  }

  /** All files of a commit. */
  HubListing listing(HubName name, String commit) throws HubCut, HubWrong, InterruptedException {
    List<HubFile> files = new ArrayList<>();
    List<URI> pages = new ArrayList<>();
    pages.add(uri("/api/models/%s/tree/%s?recursive=true".formatted(name.id(), commit)));
    for (int i = 0; i < pages.size(); i++) {
      try {
        files.addAll(HubListing.page(json(name, pages.get(i), pages)));
      } catch (IllegalArgumentException e) {
        throw new HubWrong("%s lists an impossible file: %s".formatted(name, e.getMessage()));
      }
    }
    return new HubListing(commit, List.copyOf(files));
  }

  /**
   * Opens a file.
   *
   * @param from the first byte that is wanted
   */
  HubHttp.Answer file(HubName name, String commit, HubFile file, long from, HubHttp.Check check)
      throws HubCut, HubWrong, InterruptedException {
    String path = encoded(file.path()).replace("%2F", "/");
    URI uri = uri("/%s/resolve/%s/%s".formatted(name.id(), commit, path));
    return http.get(name, uri, from, settings.downloadTimeout(), check);
  }

  /**
   * @param pages gets the address of the answer's next page, if it has one
   */
  private JsonNode json(HubName name, URI uri, List<URI> pages)
      throws HubCut, HubWrong, InterruptedException {
    try (HubHttp.Answer answer = http.get(name, uri, 0, settings.metadataTimeout(), (s, h) -> {})) {
      byte[] body = answer.body().all(LARGEST_ANSWER);
      Matcher next = NEXT.matcher(answer.headers().firstValue("Link").orElse(""));
      if (next.find()) {
        pages.add(answer.uri().resolve(next.group(1)));
      }
      return Json.MAPPER.readTree(body);
    } catch (HubCut | HubWrong e) {
      throw e;
    } catch (IOException e) {
      throw new HubWrong(
          "%s: %s does not answer in JSON; is HF_ENDPOINT a hub?"
              .formatted(name.id(), settings.endpoint()));
    }
  }

  private URI uri(String path) {
    return URI.create(settings.endpoint() + path);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
