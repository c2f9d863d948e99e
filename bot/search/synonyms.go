package search

import (
	"slices"
	"strings"
)

// synonyms are words for one thing, a line each: in what people ask for and in what
// offices write, in any language of the news.
const synonyms = `
загс жаак жааак registry
цон обслуживание тейлөө
мошенник аферист жулик обман обманщик алдамчы шылуун fraud scam scammer swindler
тюрьма колония зона сизо түрмө абак камак jail prison colony
заключенный осужденный арестант зек соттолгон камалган convict inmate prisoner
развод развестись развелся развелась развелись разводиться расторгнуть ажырашуу divorce
свадьба брак женитьба жениться женюсь женился бракосочетание нике үйлөнүү той wedding marriage
муж жена супруг супруга жубай күйөө аял husband wife spouse
ребенок дети бала балдар child children kid
зарплата оклад заработок айлык маяна salary wage pay
увольнение уволить уволили уволен dismissal fired
потеря потерять потерял утеря утрата утратить жоготуу жоголду lost loss
пострадавший жертва жабырлануучу victim
автомобиль машина автомашина унаа car
выборы избрать выбрать шайлоо шайланды election elect
дерево саженец дарак көчөт tree
женщина аял woman women
работа вакансия трудоустройство устроиться жумуш орун job vacancy
стажировка практика практикант internship trainee
взятка взяточник коррупция пара паракор паракорлук bribe bribery corruption
адвокат защитник жактоочу advocate attorney
юрист lawyer
бесплатный бекер акысыз free
консультация совет кеңеш advice consultation
заявление арыз application
жалоба претензия даттануу арыздануу complaint
штраф айып fine penalty
пошлина госпошлина сбор алым fee
стоит стоимость цена плата тариф пошлина дорого дороже кымбат баасы алым price cost costs fee
наследство завещание мурас керээз inheritance will legacy
опека опекун попечитель камкор guardian guardianship custody
сирота жетим orphan
квартира жилье жилплощадь батир турак flat apartment housing
дом үй house home
земля участок жер land plot
недвижимость имущество мүлк property estate
пособие жөлөкпул выплата benefit allowance
пенсия pension
инвалид инвалидность майып disability disabled
глухой дүлөй немой сурдоперевод deaf
слепой незрячий азиз blind
насилие побои избиение бить бьет бьют избил избивает зомбулук сабайт сабады сабап сабаган сабоо урат violence abuse beat beats beating
похищение кража качуу kidnap abduction
кража воровство украсть украл украли украден своровать своровали угнать угнали угон уурулук theft steal stolen stealing
скот корова лошадь овца жылкы мал cattle cow horse sheep livestock
долг задолженность кредит карыз debt
банкрот банкротство банкроттук bankruptcy insolvency
суд сот court
судья сот judge
арест камоо arrest
милиция полиция police
амнистия помилование мунапыс ырайым amnesty pardon
экзамен тест сынак exam
закон мыйзам law
договор контракт келишим contract agreement
печать мөөр stamp seal
подпись эцп кол signature
предприятие компания фирма бизнес оосоо ишкана company business firm
иностранец чет foreigner foreign
мигрант миграция migrant
гражданство жарандык citizenship
паспорт passport
фамилия имя фамилиясы аты surname name
свидетельство справка күбөлүк маалымкат certificate
рождение туулуу рожать родить родился родилась төрөт birth
смерть өлүм умерший умер умерла умерли кончина death
доверенность ишеним attorney
нотариус notary
посредник медиатор mediator
переводчик котормочу interpreter translator
горячая доверие ишеним hotline helpline
прием кабылдама кабылдоо встреча reception appointment
очередь талон кезек queue
вода полив орошение суу сугат water irrigation
пастбище выпас жайыт pasture
наводнение паводок сель сел flood mudflow
магазин покупка товар дүкөн shop store goods
потребитель покупатель керектөөчү consumer
налог салык tax
льгота скидка жеңилдик discount
ветеран ардагер veteran
доход заработок киреше income
декларация declaration
конкурс тендер закупка сатып tender procurement
праздник каникулы майрам holiday
новруз нооруз наврыз нуруз nowruz nooruz
соревнование турнир спартакиада мелдеш tournament competition
волонтер доброволец ыктыярчы volunteer
студент учащийся student
школа мектеп school
курс обучение тренинг окуу training course
сайт портал site website portal
поддельный фальшивый фейковый жасалма fake forged
компьютер ноутбук computer laptop
интернет онлайн удаленно дистанционно online internet
граница рубеж чегара border abroad
консульство посольство элчилик consulate embassy
коллектор взыскатель collector
пристав исполнитель аткаруучу bailiff
дольщик застройщик новостройка курулуш developer
торговля эксплуатация рабство trafficking slavery
совет кеңеш council
конференция форум жыйын conference forum
режим график расписание hours schedule timetable
ысыккөл иссыккуль issykkul
жалалабад джалалабад jalalabad
чүй чуй чуйский chui chuy
ош ошский osh
область облус облусу region oblast
район district
нарын нарынский naryn
талас таласский talas
баткен баткенский batken
`

// oneWord are forms of one word that nothing but their meaning has in common.
const oneWord = `
ребенок дети
человек люди
год лет
загс жаак жааак
`

// newAlike reads the tables for indexes of a tongue: which of their stems are alike to a
// word that is asked for, in any alphabet.
func newAlike(t *tongue) map[string][]match {
	all := make(map[string][]match)
	add := func(group string, weight float32) {
		words := strings.Fields(group)
		for _, word := range words {
			for _, asked := range termOf(word).stems() {
				for _, other := range words {
					s := t.stem(t.fold(other))
					if other != word && !slices.ContainsFunc(all[asked], func(m match) bool { return m.stem == s }) {
						all[asked] = append(all[asked], match{s, weight})
					}
				}
			}
		}
	}
	for group := range strings.Lines(oneWord) {
		add(group, ofFamily)
	}
	for group := range strings.Lines(synonyms) {
		add(group, asSynonym)
	}
	return all
}

var alike = map[*tongue]map[string][]match{kyrgyz: newAlike(kyrgyz), russian: newAlike(russian), byLetter: newAlike(byLetter)}

// synonyms are the stems of an index that mean the same as a word.
func (t term) synonyms(in *tongue) (found []match) {
	for _, asked := range t.stems() {
		found = append(found, alike[in][asked]...)
	}
	if len(found) > 0 || t.latin != "" {
		return found
	}
	for _, form := range shortForms(t.sound) {
		found = append(found, alike[in][isFolded+form]...)
	}
	return found
}
