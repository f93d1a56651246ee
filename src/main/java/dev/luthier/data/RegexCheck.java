package dev.luthier.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Finds regular expressions whose matching may take exponentially long: a group that is repeated
 * without bound and of which everything within may be repeated or left out too, such as (a+)+, or
 * one of whose alternatives begins another, such as (a|aa)*. The native library ends the process on
 * them.
 */
final class RegexCheck {
  private final String regex;
  private int at;

  private RegexCheck(String regex) {
    this.regex = regex;
  }

  /**
   * What is known of a group while it is read: it is loose if an alternative holds nothing but what
   * may be repeated or left out.
   */
  private static final class Group {
    private final List<String> alternatives = new ArrayList<>();
    private int start;
    private boolean firm;
    private boolean repeats;
    private boolean loose;

    Group(int start) {
      this.start = start;
    }

    /** To be called where an alternative ends. */
    void alternative(String regex, int end) {
      String text = regex.substring(start, end);
      loose |= repeats && !firm;
      loose |= alternatives.stream().anyMatch(a -> a.startsWith(text) || text.startsWith(a));
      alternatives.add(text);
      start = end + 1;
      firm = false;
      repeats = false;
    }
  }

  static boolean repeatsRepetitions(String regex) {
    return new RegexCheck(regex).found();
  }

  private boolean found() {
    Deque<Group> open = new ArrayDeque<>();
    open.push(new Group(0));
    while (at < regex.length()) {
      char c = regex.charAt(at++);
      switch (c) {
        case '(' -> {
          skipKind();
          open.push(new Group(at));
        }
        case '|' -> open.element().alternative(regex, at - 1);
        case ')' -> {
          if (open.size() == 1) {
            return false; // not an expression: the native library says so
          }
          Group group = open.pop();
          group.alternative(regex, at - 1);
          String times = quantifier();
          if (unbounded(times) && group.loose) {
            return true;
          }
          count(open.element(), times);
        }
        case '[' -> {
          skipClass();
          count(open.element(), quantifier());
        }
        default -> {
          if (c == '\\') {
            skipEscape();
          }
          count(open.element(), quantifier());
        }
      }
    }
    return false;
  }

  private static void count(Group group, String times) {
    boolean optional = times.startsWith("*") || times.startsWith("?") || times.startsWith("{0");
    group.repeats |= unbounded(times);
    group.firm |= !unbounded(times) && !optional;
  }

  private static boolean unbounded(String times) {
    boolean many = times.startsWith("*") || times.startsWith("+") || times.matches("\\{\\d+,\\}.*");
    return many && !times.endsWith("+") || times.equals("+");
  }

  /** The quantifier that stands here, with ? or + behind it; empty if there is none. */
  private String quantifier() {
    int from = at;
    if (at < regex.length() && "*+?".indexOf(regex.charAt(at)) >= 0) {
      at++;
    } else if (regex.startsWith("{", at) && regex.indexOf('}', at) > 0) {
      at = regex.indexOf('}', at) + 1;
    } else {
      return "";
    }
    if (at < regex.length() && "+?".indexOf(regex.charAt(at)) >= 0) {
      at++;
    }
    return regex.substring(from, at);
  }

  /** What makes a group other than plain: (?:, (?i:, (?=, (?&lt;=. */
  private void skipKind() {
    if (regex.startsWith("?", at)) {
      at++;
      while (at < regex.length() && "imsx-<=!:>".indexOf(regex.charAt(at)) >= 0) {
        at++;
      }
    }
  }

  private void skipEscape() {
    boolean named = at < regex.length() && "pP".indexOf(regex.charAt(at)) >= 0;
    at++;
    if (named && regex.startsWith("{", at) && regex.indexOf('}', at) > 0) {
      at = regex.indexOf('}', at) + 1;
    }
  }

  private void skipClass() {
    int depth = 1;
    if (regex.startsWith("^", at)) {
      at++;
    }
    if (regex.startsWith("]", at)) {
      at++;
    }
    while (at < regex.length() && depth > 0) {
      char c = regex.charAt(at++);
      if (c == '\\') {
        at++;
      } else if (c == '[') {
        depth++;
      } else if (c == ']') {
        depth--;
      }
    }
  }
}
