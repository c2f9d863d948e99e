package search

// asking words make a question of a query, or bind its words: nobody looks for them.
var (
	askingCyrillic = folded(fold, `
		как где когда кто кого кому кем чей что чего чему чем куда откуда почему зачем сколько какой какая какое какие каком
		какую какого каких ли если или и а но же бы не ни на в во с со к ко о об от до за из у по для при под над без про через
		это этот эта эти этого тот та те то я мы ты вы он она оно они мне меня мной нам нас вам вас ему его ей ее им их
		мой моя мое мои моего моей мою свой свои можно нужно надо нельзя могу можем может хочу хотим хочет хотел хотела
		есть нет быть будет был была было были делать сделать взять получить узнать найти там тут здесь так тоже уже еще очень
		пожалуйста подскажите скажите здравствуйте привет спасибо обратиться обращаться чтобы подать пройти идти попасть поможет помогите

		кантип кантсе кайда кайдан кайсы кайсыл качан ким кимге кимди кимдин кимден эмне эмнени эмнеге эмнеден эмнелер
		канча канчага канчадан кандай кандайча барбы жокпу болобу болот болсо болсом болсок болмок керекпи керек мумкун мүмкүнбү
		мен менин мага мени менден биз бизге биздин сен сиз сизге сиздин ал анын ага аны алар алардын бул ушул ошол бар жок
		жана менен үчүн да де эле же бирок эгер деген деп тууралуу жөнүндө боюнча кылуу кылам кылса кылсам кылыш кылабыз
		алам алса алсам алабыз аламын жатса жатсам жатат турат экен салам рахмат`)
	askingLatin = folded(foldLatin, `
		how what where when who whom whose why which can could do does did done is are am was were be been being will would shall
		should may might must i me my mine we us our you your he she him his her it its they them their this that these those
		a an the of in on at to for from by with about into and or not no if there here get got find need want please tell
		know hello hi thanks have has had much many long someone`)
)
