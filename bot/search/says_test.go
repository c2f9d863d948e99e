package search

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSays(t *testing.T) {
	t.Parallel()
	tests := []struct {
		phrase string
		yes    []string
		no     []string
	}{
		{"салык", []string{"Салыктын мөөнөтү", "салыгы төлөндү", "жаңы САЛЫКТАР", "салыгынан бошотулду", "Salyk"}, []string{"салынды", "саламаттык"}},
		{"китеп", []string{"китебин алды", "китептер"}, []string{"кит"}},
		{"жардам", []string{"жардамдарынан", "жардамы", "юридикалык жардам."}, []string{"жарнак"}},
		{"жөлөкпул", []string{"жолокпул төлөнөт", "жөлөкпулдун"}, []string{"жол"}},
		{"суд", []string{"судом", "в суде", "суды", "судам", "сот жана суд"}, []string{"судно", "судьба", "сударь"}},
		{"суды", []string{"суда нет", "судов"}, []string{"судно"}},
		{"иск", []string{"иски", "исков", "искам"}, []string{"искать", "искра"}},
		{"пособие", []string{"пособия выплатят", "пособий", "пособиями"}, []string{"пособник"}},
		{"справка", []string{"справки", "справок", "справку"}, []string{"справедливость"}},
		{"рынок", []string{"на рынке", "рынков", "рынка"}, []string{"рыночек"}},
		{"закон", []string{"о законе", "зaкoн", "Zakon", "законами"}, []string{"законопроект"}},
		{"материнский капитал", []string{"о материнском капитале"}, []string{"капитал материнский", "материнский и капитал", "материнский"}},
		{"law", []string{"the laws", "Law."}, []string{"lawn", "flaw"}},
		{"МРП", []string{"100 МРП"}, []string{"МРТ"}},
		{"covid 19", []string{"COVID-19"}, []string{"covid 20"}},
		{"", nil, []string{"", "закон"}},
	}
	for _, test := range tests {
		for _, text := range test.yes {
			if !Says(text)(test.phrase) {
				t.Errorf("%q does not say %q: %v, %v", text, test.phrase, readText(text), rootsOfForm(Words(test.phrase)[0]))
			}
		}
		for _, text := range test.no {
			if Says(text)(test.phrase) {
				t.Errorf("%q says %q: %v", text, test.phrase, readText(text).places)
			}
		}
	}
}

// BenchmarkSays asks an item of 600 words about 150,000 different words and phrases that
// people follow. It reports
//
//	ms/item        of a core that this takes
//	ms/first-item  the same when the program has just begun
//	MB-remembered  what it keeps in memory of what is followed
func BenchmarkSays(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("ка ме ны со ру би жа лө кү ти дар во сы ре го пу ла тө шо ми эк чу зем ход ын бер кат")
	word := func() string {
		var w strings.Builder
		for range 2 + random.IntN(3) {
			w.WriteString(syllables[random.IntN(len(syllables))])
		}
		return w.String() + []string{"", "лар", "нын", "ами", "ов", "дан"}[random.IntN(6)]
	}
	all := make([]string, 150_000)
	for i := range all {
		all[i] = word()
		for range random.IntN(3) {
			all[i] += " " + word()
		}
	}
	text := strings.Join(all[:300], ". ")
	ask := func() (said int) {
		says := Says(text)
		for _, phrase := range all {
			if says(phrase) {
				said++
			}
		}
		return said
	}
	before, began := heap(), cpuTime(b)
	if said := ask(); said < 300 {
		b.Fatalf("it says %d of the words that stand in it", said)
	}
	first, remembered := cpuTime(b)-began, heap()-before
	began = cpuTime(b)
	for b.Loop() {
		ask()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric((cpuTime(b)-began).Seconds()*1000/float64(b.N), "ms/item")
	b.ReportMetric(float64(first.Milliseconds()), "ms/first-item")
	b.ReportMetric(float64(remembered)/1e6, "MB-remembered")
}

// cpuTime is what this program has used of the cores: others are at work on the machine.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// heap is how much of it is in use, in bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestNothingIsMissedForSpeed: what a phrase may begin with tells no more than its roots do,
// whatever its words are and are spelt like.
func TestNothingIsMissedForSpeed(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(of string) string { words := strings.Fields(of); return words[random.IntN(len(words))] }
	word := func() string {
		w := pick("суд салык салыг китеп китеб рынок рынк справок иск дом как кок сок рог к в и ь Ең covid 19 tax shop chai ts МРП знак порог юрист юрид жардам пап") +
			pick("_ _ ы тын лар дан ка ки ок ек ом ов тер ин ние ами s ing ed к г") + pick("_ _ _ ы дан га ка")
		w = strings.ReplaceAll(w, "_", "")
		switch random.IntN(8) {
		case 0:
			return strings.ToUpper(w)
		case 1:
			return strings.Replace(w, "о", "o", 1) // looks alike
		case 2:
			return w + "\u0301"
		}
		return w
	}
	said := 0
	for range 100 {
		var words []string
		for range 12 {
			words = append(words, word())
		}
		text := readText(strings.Join(words, " "))
		for range 200 {
			phrase := word()
			for range random.IntN(3) {
				phrase += " " + word()
			}
			want := text.has(formsOf(phrase))
			if got := text.says(phrase); got != want {
				t.Fatalf("%q says %q: %v, by the roots %v", words, phrase, got, want)
			}
			if want {
				said++
			}
		}
	}
	if said < 1000 {
		t.Errorf("only %d phrases were said", said)
	}
}
