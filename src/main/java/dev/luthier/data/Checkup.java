package dev.luthier.data;

import dev.luthier.error.UserError;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the {@link Doctor} found in one set.
 *
 * @param samples what was read and refused
 * @param lengths of the rows before any is cut
 * @param targets tokens to learn, before any row is cut
 * @param targetsLost how many of them are cut off or left out with their row
 * @param tooLong rows above the length limit
 * @param dropped those of them that are left out
 * @param untaught rows without a token to learn
 * @param doubled rows with two beginning or two end tokens in a row
 * @param unknown rows with the tokenizer's unknown token
 * @param duplicates rows whose tokens an earlier row has
 * @param kept the rows that training sees
 * @param distinct the tokens of all rows
 */
public record Checkup(
    Samples samples,
    Lengths lengths,
    long targets,
    long targetsLost,
    Found tooLong,
    int dropped,
    Found untaught,
    Found doubled,
    Found unknown,
    Found duplicates,
    List<TokenRow> kept,
    Set<IntBuffer> distinct) {

  static Checkup of(Samples samples, SftTokenizer sft, int maxLength, TooLong policy) {
    Examination examination = new Examination(sft, maxLength, policy);
    int[] lengths =
        samples.list().stream().mapToInt(sample -> examination.add(sample).length()).toArray();
    return examination.result(samples, new Lengths(lengths));
  }

  private static final class Examination {
    private final SftTokenizer sft;
    private final int maxLength;
    private final TooLong policy;
    private final List<TokenRow> kept = new ArrayList<>();
    private final Set<IntBuffer> distinct = new HashSet<>();
    private long targets;
    private long targetsLost;
    private int dropped;
    private Found tooLong = Found.NONE;
    private Found untaught = Found.NONE;
    private Found doubled = Found.NONE;
    private Found unknown = Found.NONE;
    private Found duplicates = Found.NONE;

    Examination(SftTokenizer sft, int maxLength, TooLong policy) {
      this.sft = sft;
      this.maxLength = maxLength;
      this.policy = policy;
    }

    TokenRow add(Sample sample) {
      TokenRow row = tokenize(sample).row();
      Tokenizer tokenizer = sft.tokenizer();
      String place = sample.place();
      targets += row.targets();
      untaught = row.targets() == 0 ? untaught.and(place) : untaught;
      for (OptionalInt control : List.of(tokenizer.bos(), tokenizer.eos())) {
        if (control.isPresent() && twice(row.ids(), control.getAsInt())) {
          String token = tokenizer.decode(new int[] {control.getAsInt()}, false);
          doubled = doubled.and("%s has %s%s".formatted(place, token, token));
          break;
        }
      }
      OptionalInt unk = tokenizer.named("unk_token");
      unknown = unk.isPresent() && has(row.ids(), unk.getAsInt()) ? unknown.and(place) : unknown;
      duplicates = distinct.add(IntBuffer.wrap(row.ids())) ? duplicates : duplicates.and(place);
      keep(row, place);
      return row;
    }

    private void keep(TokenRow row, String place) {
      if (row.length() <= maxLength) {
        kept.add(row);
        return;
      }
      tooLong = tooLong.and("%s has %d tokens".formatted(place, row.length()));
      Optional<TokenRow> left = policy.cut(row, maxLength);
      targetsLost += row.targets() - left.map(TokenRow::targets).orElse(0);
      dropped += left.isEmpty() ? 1 : 0;
      left.ifPresent(kept::add);
    }

    private Marked tokenize(Sample sample) {
      try {
        return sft.tokenize(sample.example());
      } catch (UserError e) {
        throw new UserError(sample.place() + ": " + e.getMessage(), e);
      }
    }

    private static boolean twice(int[] ids, int id) {
      for (int i = 1; i < ids.length; i++) {
        if (ids[i] == id && ids[i - 1] == id) {
          return true;
        }
      }
      return false;
    }

    private static boolean has(int[] ids, int id) {
      return Arrays.stream(ids).anyMatch(token -> token == id);
    }

    Checkup result(Samples samples, Lengths lengths) {
      return new Checkup(
          samples,
          lengths,
          targets,
          targetsLost,
          tooLong,
          dropped,
          untaught,
          doubled,
          unknown,
          duplicates,
          List.copyOf(kept),
          distinct);
    }
  }
}
