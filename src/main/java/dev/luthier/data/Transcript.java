package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A conversation written as Anthropic's preference data have it (Bai et al. 2022,
 * https://arxiv.org/abs/2204.05862): {@code "\n\nHuman: ...\n\nAssistant: ..."}. Blanks around what
 * is said are not part of it. Turns of the same speaker that follow one another are one message of
 * several paragraphs, since most chat templates want the speakers to alternate.
 */
final class Transcript {
  private static final Pattern SPEAKER = Pattern.compile("(?:^|\n\n)(Human|Assistant):");

  private Transcript() {}

  /** Whether a text begins as a transcript does. */
  static boolean isOne(@Nullable Object value) {
    return value instanceof String text && text.stripLeading().startsWith("Human:");
  }

  static Example read(Row row) {
    return Preferences.whole(row, messages(row, "chosen"), messages(row, "rejected"));
  }

  private static List<Message> messages(Row row, String column) {
    String text = Cells.of(row).text(column).stripLeading();
    List<Message> out = new ArrayList<>();
    Matcher speakers = SPEAKER.matcher(text);
    if (!isOne(text) || !speakers.find()) {
      throw new RefusedRow(
          "column \"%s\" does not begin with \"Human:\"; a transcript goes \"\\n\\nHuman: ...\\n\\nAssistant: ...\""
              .formatted(column));
    }
    boolean more = true;
    while (more) {
      String role = speakers.group(1).equals("Human") ? "user" : Message.ASSISTANT;
      int start = speakers.end();
      more = speakers.find();
      add(out, role, text.substring(start, more ? speakers.start() : text.length()).strip());
    }
    return out;
  }

  private static void add(List<Message> out, String role, String said) {
    int last = out.size() - 1;
    if (last >= 0 && out.get(last).role().equals(role)) {
      String before = out.get(last).text().orElse("");
      out.set(last, Message.of(role, (before + "\n\n" + said).strip()));
    } else {
      out.add(Message.of(role, said));
    }
  }
}
