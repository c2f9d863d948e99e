package simulator_test

import (
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kabarchy/bot/simulator"
)

// BenchmarkSend says how many messages a second are accepted over HTTP, from a
// client on the same cores, with and without the work of the network. cpu-us/msg holds
// also on a machine that is busy with other things: it is the client's work and the
// simulator's together.
func BenchmarkSend(b *testing.B) {
	text := "<b>Юридикалык жардам</b>\n" + strings.Repeat("Министрлик маалымдайт. ", 20)
	markup := `{"inline_keyboard":[[{"text":"Толук окуу","callback_data":"read:17"},{"text":"Сайтта","url":"https://minjust.gov.kg/ky/17"}]]}`
	body := func(chat int64) string {
		return url.Values{
			"chat_id": {strconv.FormatInt(chat, 10)}, "text": {text}, "parse_mode": {"HTML"}, "reply_markup": {markup},
		}.Encode()
	}
	const crowd = 1_000_000
	b.Run("http", func(b *testing.B) {
		w := start(b, simulator.Options{})
		first := w.Crowd(crowd)
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
		var next atomic.Int64
		b.SetParallelism(16)
		began := cpu(b)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				chat := first + next.Add(1)%crowd
				response, err := client.Post(w.url+"/bot"+w.Token()+"/sendMessage", "application/x-www-form-urlencoded", strings.NewReader(body(chat)))
				if err != nil {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, response.Body) // loopback
				response.Body.Close()
			}
		})
		report(b, w, began)
	})
	b.Run("handler", func(b *testing.B) {
		w := start(b, simulator.Options{})
		first := w.Crowd(crowd)
		handler := w.Handler()
		var next atomic.Int64
		began := cpu(b)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				request, err := http.NewRequest(http.MethodPost, "/bot"+w.Token()+"/sendMessage", strings.NewReader(body(first+next.Add(1)%crowd)))
				if err != nil {
					b.Error(err)
					return
				}
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				handler.ServeHTTP(nowhere{}, request)
			}
		})
		report(b, w, began)
	})
}

func report(b *testing.B, w *fixture, began time.Duration) {
	b.Helper()
	b.ReportMetric(float64((cpu(b)-began).Microseconds())/float64(b.N), "cpu-us/msg")
	accepted := w.Stats().Accepted
	if accepted < int64(b.N) {
		b.Errorf("%d accepted of %d", accepted, b.N)
	}
	b.ReportMetric(float64(accepted)/b.Elapsed().Seconds(), "msgs/s")
}

// cpu is the processor time that this process has had.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatalf("processor time: %v", err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkCrowd says what a crowd's member costs in memory.
func BenchmarkCrowd(b *testing.B) {
	const n = 1_000_000
	var before, after runtime.MemStats
	for b.Loop() {
		w := simulator.New(simulator.Options{})
		runtime.GC()
		runtime.ReadMemStats(&before)
		w.Crowd(n)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/member")
		runtime.KeepAlive(w)
	}
}

// nowhere is a ResponseWriter that keeps nothing.
type nowhere struct{}

func (nowhere) Header() http.Header         { return http.Header{} }
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) WriteHeader(int)             {}
