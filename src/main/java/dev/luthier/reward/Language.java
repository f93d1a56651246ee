package dev.luthier.reward;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What code is written in, and what runs it. */
@Doc("What the code is written in")
public sealed interface Language {
  /** What the file with the code is called. */
  String file();

  /** What runs that file. */
  List<String> program();

  /** Code that prints a word on a line of its own; empty where that is not known. */
  Optional<String> prints(String word);

  /** Python 3. */
  @Doc("Python: python3")
  record Python() implements Language {
    @Override
    public String file() {
      return "answer.py";
    }

    @Override
    public List<String> program() {
      return List.of("python3", file());
    }

    @Override
    public Optional<String> prints(String word) {
      return Optional.of("print('\\n%s')".formatted(word));
    }
  }

  /** The shell. */
  @Doc("The POSIX shell: sh")
  record Shell() implements Language {
    @Override
    public String file() {
      return "answer.sh";
    }

    @Override
    public List<String> program() {
      return List.of("sh", "-e", file());
    }

    @Override
    public Optional<String> prints(String word) {
      return Optional.of("printf '\\n%%s\\n' %s".formatted(word));
    }
  }

  /** Anything that runs a file. */
  @Doc("Any command that runs a file")
  record Command(
      @Doc("The command with its arguments; the file's name is put behind them") List<String> run,
      @Doc("How the file's name ends") @Default(".txt") String suffix,
      @Doc(
              "Code that prints the word %s on a line of its own, such as console.log('%s'): it stands"
                  + " behind tests, and shows that they were reached; unset: the exit code alone tells")
          Optional<String> print)
      implements Language {
    public Command {
      run = List.copyOf(run);
      Check.atLeast("command.run", 1, run.size());
      print.ifPresent(
          code -> {
            if (!code.contains("%s")) {
              throw new UserError("command.print must contain %s, was " + code);
            }
          });
    }

    @Override
    public String file() {
      return "answer" + suffix;
    }

    @Override
    public List<String> program() {
      List<String> out = new ArrayList<>(run);
      out.add(file());
      return out;
    }

    @Override
    public Optional<String> prints(String word) {
      return print.map(code -> code.replace("%s", word));
    }
  }
}
