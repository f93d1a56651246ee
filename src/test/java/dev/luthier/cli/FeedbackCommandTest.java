package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedbackCommandTest {
  private static final String LINE =
      "{\"rater\": \"%s\", \"answer\": {\"prompt\": \"2+2?\", \"text\": \"4\"}, \"thumb\": \"%s\"}\n";

  @TempDir Path folder;

  private String[] feedback(String... arguments) {
    String[] out = new String[arguments.length + 2];
    out[0] = "feedback";
    System.arraycopy(arguments, 0, out, 1, arguments.length);
    out[arguments.length + 1] = "--home=" + folder.resolve("home");
    return out;
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("in.jsonl"), text);
  }

  @Test
  void feedbackGoesInAndOutAndAwayForGood() throws IOException {
    String in = file(LINE.formatted("ann", "up") + LINE.formatted("bob", "down")).toString();
    assertThat(Said.ok(feedback("import", in)))
        .isEqualTo("1 answers, 2 feedback, 0 decisions; 1 were there already\n");
    assertThat(Said.ok(feedback("list")))
        .contains("pending", "thumb on", "(file): up", "2 of 2; 2 pending in all");
    assertThat(Said.ok(feedback("list", "--rater=ann", "--standing=PENDING")))
        .contains("up", "1 of 1; 2 pending in all")
        .doesNotContain("down");
    assertThat(Said.ok(feedback("export", "--rater", "bob")))
        .contains("\"thumb\":\"down\"")
        .doesNotContain("bob", "up");
    Path out = folder.resolve("out.jsonl");
    Said.ok(feedback("export", "--out=" + out));
    assertThat(out).content().hasLineCount(3);
    Said again = Said.luthier(feedback("export", "--out=" + out));
    assertThat(again).isEqualTo(new Said(2, "", again.err()));
    assertThat(again.err()).contains("is there already; name another file");
    assertThat(Said.ok(feedback("delete", "ann")))
        .isEqualTo("deleted: 0 answers, 1 feedback, 0 decisions\n");
    assertThat(Said.luthier(feedback("delete", "ann")).err())
        .isEqualTo("error: nothing is kept of the rater ann\n");
    assertThat(Said.ok(feedback("list"))).contains("1 of 1", "deleted for a rater's wish");
    assertThat(Said.ok(feedback("import", out.toString()))).contains("0 answers, 1 feedback");
  }

  @Test
  void whatIsWrongIsOneLine() throws IOException {
    Said none = Said.luthier(feedback("list"));
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).startsWith("error: there is no folder ").contains("--home=DIR");
    Files.createDirectory(folder.resolve("home"));
    assertThat(Said.luthier(feedback("list")).err()).startsWith("error: there is no store jdbc:");
    assertThat(Said.luthier(feedback("import", folder.resolve("no.jsonl").toString())).err())
        .startsWith("error: there is no file ");
    Said wrong = Said.luthier(feedback("import", file(LINE.formatted("", "up")).toString()));
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err())
        .endsWith(
            "in.jsonl line 1: rater must be 1 to 200 characters without control characters, was blank\n");
    assertThat(Said.luthier(feedback("list", "--rater=a", "--pseudonym=b")).code()).isEqualTo(2);
    assertThat(Said.luthier(feedback("list", "--limit=0")).err())
        .isEqualTo("error: --limit must be >= 1, was 0\n");
  }
}
